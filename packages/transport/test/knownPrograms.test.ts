import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { isKnownBinary, placeInPath } from '../src/node/knownPrograms.js';

const scratch = mkdtempSync(join(tmpdir(), 'subwire-'));

afterAll(() => {
  rmSync(scratch, { recursive: true });
});

/** Counts how often it was looked. */
function counted<T>(result: T): { readonly look: () => T; looks: number } {
  const counter = {
    looks: 0,
    look: (): T => {
      counter.looks += 1;
      return result;
    },
  };
  return counter;
}

describe('a binary', () => {
  it('that has not changed for long is looked at once', () => {
    const counter = counted(true);
    for (let start = 0; start < 100; start += 1) {
      expect(isKnownBinary('/bin/true', counter.look)).toBe(true);
    }
    expect(counter.looks).toBe(1);
  });

  it('that changed a moment ago is looked at every time', () => {
    const path = join(scratch, 'new');
    writeFileSync(path, 'x');
    const counter = counted(true);
    expect([isKnownBinary(path, counter.look), isKnownBinary(path, counter.look)]).toEqual([true, true]);
    expect(counter.looks).toBe(2);
  });
});

describe('a file', () => {
  it('that is no binary is looked at every time', () => {
    const counter = counted(false);
    expect([isKnownBinary('/etc/passwd', counter.look), isKnownBinary('/etc/passwd', counter.look)]).toEqual([
      false,
      false,
    ]);
    expect(counter.looks).toBe(2);
  });

  it('that does not exist is not looked at', () => {
    const counter = counted(true);
    expect(isKnownBinary(join(scratch, 'none'), counter.look)).toBe(false);
    expect(counter.looks).toBe(0);
  });
});

describe('the place of a name', () => {
  it('is looked for again after 32 starts, and in another PATH', () => {
    const counter = counted('/bin/a');
    for (let start = 0; start < 33; start += 1) {
      expect(placeInPath('a', '/bin', counter.look)).toBe('/bin/a');
    }
    expect(counter.looks).toBe(1);
    placeInPath('a', '/bin', counter.look);
    placeInPath('a', '/usr/bin', counter.look);
    expect(counter.looks).toBe(3);
  });
});
