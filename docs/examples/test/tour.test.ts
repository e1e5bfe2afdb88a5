import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const tour = join(__dirname, '../dist/tour.js');

/** Runs one step as a reader would; rejects if its claim is false. */
async function step(number: number): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [tour, String(number)]);
  return stdout.trimEnd().split('\n').slice(2).join('\n');
}

describe('the tour', () => {
  it('prints the return code, a label and the message of a command that fails', async () => {
    expect(await step(1)).toMatch(/^\['ls \/zzz' exited with [12]\]\n\[stderr\]\nls: .*\/zzz.*$/);
  });

  it('runs two commands side by side in about a second', async () => {
    expect(await step(2)).toMatch(/\[stdout\]\nhello\ntotal: 1\.\d s$/);
  });

  it('gets a date at the low level', async () => {
    expect(await step(3)).toMatch(/^Current date: \d{4}-\d{2}-\d{2}T/);
  });

  it('gets a date at the high level', async () => {
    expect(await step(4)).toMatch(/^Current date: \d{4}-\d{2}-\d{2}T/);
  });

  it('moves megabytes through cat with back-pressure', async () => {
    expect(await step(5)).toMatch(
      /^8388608 bytes written, 8388608 came back, pauseWriting \d+ times, resumeWriting \d+ times$/,
    );
  });

  it('drives the same protocol without a process', async () => {
    expect(await step(6)).toBe('Current date: 2026-11-20, from pid 4711 that never was');
  });

  it('runs many commands, three at a time', async () => {
    expect(await step(7)).toBe('12 commands, 3 at once, 2400000 bytes captured');
  });
});
