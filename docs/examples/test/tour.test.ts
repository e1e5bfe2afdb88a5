import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const tour = join(__dirname, '../dist/tour.js');

/** Runs one step as a reader would; rejects if its claim is false. */
async function step(number: number): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [tour, String(number)]);
  return stdout.trimEnd().split('\n').slice(2).join('\n');
}

describe('an example', () => {
  it('ends with an error when its claim is false, and without one when it is true', async () => {
    const claim = (truth: string): Promise<unknown> =>
      promisify(execFile)(process.execPath, [
        '--input-type=module',
        '-e',
        `import { check } from ${JSON.stringify(pathToFileURL(join(__dirname, '../dist/check.js')).href)};
         check(${truth}, 'two and two are five');`,
      ]);
    await expect(claim('2 + 2 === 4')).resolves.toBeDefined();
    await expect(claim('2 + 2 === 5')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the claim is false: two and two are five'),
    });
  });
});

describe('the tour', () => {
  it('prints the return code, a label and the message of a command that fails', async () => {
    expect(await step(1)).toMatch(/^\['ls \/zzz' exited with [12]\]\n\[stderr\]\nls: .*\/zzz.*$/);
  });

  it('runs two commands side by side', async () => {
    expect(await step(2)).toMatch(/\[stdout\]\nhello\ntotal: \d+\.\d s$/);
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

  it('refuses a step that it does not have', async () => {
    await expect(step(99)).rejects.toMatchObject({ code: 1, stderr: 'there is no step 99\n' });
  });

  it('runs many commands, three at a time', async () => {
    expect(await step(7)).toBe('12 commands, 3 at once, 2400000 bytes captured');
  });
});
