/** What errors say: the program, a bounded excerpt, and never an argument or the environment. F36, F96, F97. */
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { CalledProcessError } from '../src/index.js';
import { createSubprocessExec, run, shell, TimeoutExpired } from '../src/index.js';
import { node, rejection, sh } from './helpers/children.js';

const SECRET = 'hunter2-in-the-arguments';
const ENV_SECRET = 'swordfish-in-the-environment';

/** Everything that a logger could print of an error. */
function allTexts(error: unknown): string {
  const texts: string[] = [];
  // Not by class: errors of Node come from another realm here.
  for (let current = error as Partial<Error> | undefined; current !== undefined;) {
    texts.push(
      `${current.name}: ${current.message}`,
      current.stack ?? '',
      inspect(current, { depth: 9 }),
      JSON.stringify(current),
    );
    current = current.cause as Error | undefined;
  }
  return texts.join('\n');
}

describe('errors', () => {
  const env = { PATH: '/usr/bin:/bin', TOKEN: ENV_SECRET };
  const options = { env, check: true, timeoutMs: 300, stopGraceMs: 50, maxBytes: 100 };

  it.each<[string, () => Promise<unknown>]>([
    ['a return code', () => run(...sh('exit 1', SECRET), options)],
    ['a signal', () => run(...sh('kill -9 $$', SECRET), options)],
    ['a timeout', () => run(...sh('exec sleep 60', SECRET), options)],
    ['too much output', () => run(...sh('yes', SECRET), options)],
    ['an abort', () => run(...sh('exec sleep 60', SECRET), { ...options, signal: AbortSignal.timeout(50) })],
    ['a program that is not there', () => run('no-such-program', [SECRET], options)],
    ['a directory that is not there', () => run('true', [SECRET], { ...options, cwd: '/no/such' })],
    ['arguments that are too long', () => run('true', [SECRET.repeat(200_000)], options)],
    ['an argument with NUL', () => run('true', [`${SECRET}\0`], options)],
    ['an environment value with NUL', () => run('true', [], { ...options, env: { TOKEN: `${ENV_SECRET}\0` } })],
    ['a file that cannot be opened', () => run('true', [SECRET], { ...options, stdout: '/no/such/file' })],
    ['a shell command', () => shell(`exit 1 # ${SECRET}`, options)],
  ])('for %s show neither arguments nor environment', async (_what, work) => {
    const error = await rejection(work());
    const texts = allTexts(error);
    expect(texts).not.toContain(SECRET);
    expect(texts).not.toContain(ENV_SECRET);
    expect(texts.length).toBeGreaterThan(0);
  });

  it('still give the arguments to whoever asks for the result', async () => {
    const error = await rejection<CalledProcessError>(run(...sh('exit 1', SECRET), { check: true }));
    expect(error.result.args).toContain(SECRET);
  });

  // X13
  it('tell that arguments are too long by a rejection', async () => {
    const error = await rejection(createSubprocessExec('true', ['x'.repeat(5_000_000)]));
    expect(error).toMatchObject({ name: 'SpawnError', code: 'E2BIG', program: 'true' });
  });

  // F36
  it('cost no more than the cap for 120 MB of ESC bytes, and are short', async () => {
    const script = 'head -c 120000000 /dev/zero | tr "\\0" "\\033" >&2; exit 1';
    const error = await rejection<CalledProcessError>(
      run(...sh(script), { check: true, maxBytes: 1_000_000, overflow: 'truncate' }),
    );
    expect(error).toMatchObject({ code: 'ERR_CALLED_PROCESS', returncode: 1 });
    expect(error.result.truncated.stderr).toBe(119_000_000);
    expect(error.message.length).toBeLessThan(8_400);
    expect(inspect(error).length).toBeLessThan(40_000);
  });

  it('look at no more of what was captured than they show', () => {
    const looked: number[] = [];
    class Watched extends Uint8Array<ArrayBuffer> {
      override subarray(start?: number, end?: number): Uint8Array<ArrayBuffer> {
        const part = new Uint8Array(this.buffer).subarray(start, end);
        looked.push(part.length);
        return part;
      }
    }
    const stderr = new Watched(new ArrayBuffer(20_000_000)).fill(0x1b);
    const error = new TimeoutExpired('x', 1, { stdout: null, stderr });
    expect(error.message.length).toBeLessThan(8_400);
    expect(looked.reduce((sum, length) => sum + length, 0)).toBeLessThan(20_000);
  });

  // F96
  it('escape what a terminal would act on', async () => {
    const script = 'process.stderr.write("\\x1b]0;title\\x07 \\x9b31m \\u202e \\x7f tab\\tstays"); process.exit(1)';
    const error = await rejection(run(...node(script), { check: true }));
    expect(error.message).toContain('\\u001b]0;title\\u0007');
    expect(error.message).toContain('tab\tstays');
    // eslint-disable-next-line no-control-regex
    expect(error.message).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it('escape a program name that a terminal would act on', async () => {
    const error = await rejection(run('\u001b]0;x\u0007'));
    // eslint-disable-next-line no-control-regex
    expect(error.message).not.toMatch(/[\u001b\u0007]/);
  });
});
