import { constants } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { ValueError } from '../src/contract/errors.js';
import { signalName, signalNumber, type Signal } from '../src/contract/signals.js';

describe('signalNumber', () => {
  it('knows every name of the system', () => {
    for (const [name, number] of Object.entries(constants.signals)) {
      expect(signalNumber(name as NodeJS.Signals)).toBe(number);
    }
  });

  it.each([0, 1, 9, 15, 34, 64])('passes the number %d through', (number) => {
    expect(signalNumber(number)).toBe(number);
  });

  it.each(['SIGNOPE', '', 'sigterm', 'TERM', 'toString', -1, 65, 1.5, NaN, Infinity, '9', null, undefined, {}])(
    'refuses %p',
    (bad) => {
      expect(() => signalNumber(bad as Signal)).toThrow(ValueError);
    },
  );
});

describe('signalName', () => {
  it('is the reverse for signals that have a name', () => {
    expect([1, 9, 15].map(signalName)).toEqual(['SIGHUP', 'SIGKILL', 'SIGTERM']);
  });

  it('is null for real-time signals and for 0', () => {
    expect([0, 34, 64].map(signalName)).toEqual([null, null, null]);
  });
});
