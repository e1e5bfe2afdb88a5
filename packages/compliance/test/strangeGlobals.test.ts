/** Timers and microtasks of the host are never used: a test runner may hold them back, and in a DOM they are numbers. */
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isSupported } from '@subwire/posix';
import { run } from '@subwire/process';

const PROGRAM = join(__dirname, 'programs', 'strangeGlobals.mjs');

describe.each([
  ['are held back, as by fake timers', 'held'],
  ['are numbers, as in a DOM', 'numbers'],
])('children live, time out and are stopped as ever where the timers of the host %s', (_, kind) => {
  it.each(['before', 'after'])('and were replaced %s the import', async (when) => {
    const backends = isSupported().ok ? ['node', 'posix'] : ['node'];
    const { stdout, stderr, returncode } = await run(process.execPath, [PROGRAM, kind, when], {
      encoding: 'utf8',
      timeoutMs: 14_000,
    });
    expect({ stdout, stderr, returncode }).toEqual({
      stdout: backends.map((name) => `${name}: as ever\n`).join(''),
      stderr: '',
      returncode: 0,
    });
  });
});
