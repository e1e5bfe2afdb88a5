import { afterEach, describe, expect, it } from '@jest/globals';
import { ownOptions } from '../src/options/ownOptions.js';

const known = new Set(['shell', 'cwd']);

describe('ownOptions', () => {
  afterEach(() => {
    delete (Object.prototype as Record<string, unknown>)['shell'];
  });

  it('copies own properties into an object that inherits nothing', () => {
    const own = ownOptions({ cwd: '/' }, known);
    expect('toString' in own || 'constructor' in own || '__proto__' in own).toBe(false);
    expect(Object.isFrozen(Object.getPrototypeOf(own))).toBe(true);
    expect({ ...own }).toEqual({ cwd: '/' });
  });

  it('does not see what stands on a polluted Object.prototype', () => {
    (Object.prototype as Record<string, unknown>)['shell'] = true;
    expect((ownOptions({}, known) as { shell?: unknown }).shell).toBeUndefined();
  });

  it('does not see what an option object inherits', () => {
    const given = Object.create({ cwd: '/' }) as object;
    expect(Object.keys(ownOptions(given, known))).toEqual([]);
  });

  it('treats undefined as not given', () => {
    expect(Object.keys(ownOptions({ cwd: undefined }, known))).toEqual([]);
  });

  it.each(['chell', 'constructor', '__proto__'])('refuses the unknown option %s', (name) => {
    const given = Object.defineProperty({}, name, { value: 1, enumerable: true });
    expect(() => ownOptions(given, known)).toThrow(`unknown option "${name}"`);
  });

  it.each([null, undefined, 1, 'text', [], () => undefined])('refuses %p as options', (given) => {
    expect(() => ownOptions(given as unknown as object, known)).toThrow(TypeError);
  });
});
