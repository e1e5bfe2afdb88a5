/** What is believed to be our environment. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { EnvironmentCheck } from '../src/spawn/environmentCheck.js';

function strings(...texts: string[]): Uint8Array[] {
  return texts.map((text) => Buffer.from(text, 'latin1'));
}

/** All that this process has, and then some. */
function ownAnd(...texts: string[]): Uint8Array[] {
  const own = Object.entries(process.env).map(([name, value]) => Buffer.from(`${name}=${value}`));
  return [...own, ...strings(...texts)];
}

describe('what was read of the environment', () => {
  afterEach(() => {
    delete process.env['SUBWIRE_CHECK'];
  });

  it('is believed if each string is a variable', () => {
    expect(new EnvironmentCheck().admits(strings('A=1', 'B=', 'C=a=b'), false)).toBe(true);
  });

  it.each([
    ['is none', '\xf0eDC'],
    ['has no name', '=x'],
    ['has no name that a program would give', '\x10=UC'],
  ])('is not believed if a string %s, and variables are missing', (_what, string) => {
    process.env['SUBWIRE_CHECK'] = 'x';
    expect(new EnvironmentCheck().admits(strings(string, 'A=1'), true)).toBe(false);
  });

  it.each(['no variable', '=x', 'ODD\xff=1'])(
    'is believed with an inherited string %j after some tries, if no variable is missing',
    (odd) => {
      const check = new EnvironmentCheck();
      process.env['SUBWIRE_CHECK'] = 'x';
      expect([check.admits(ownAnd(odd), false), check.admits(ownAnd(odd), true)]).toEqual([false, true]);
      expect([check.admits(strings(odd), false), check.admits(strings(odd, 'odd'), true)]).toEqual([true, false]);
    },
  );

  it('is not believed while a pointer is there twice', () => {
    const [a = new Uint8Array(), b = a] = strings('A=1', 'B=2');
    const check = new EnvironmentCheck();
    expect([check.admits([a, b, b], true), check.admits([a, b, Buffer.from('B=2')], false)]).toEqual([false, true]);
  });
});
