/** Calls of `communicate()` that end early: what is kept, what is thrown, what is left. X5, gh-154223, gh-139373. */
import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { DEVNULL, PIPE, ValueError } from '@subwire/transport';
import { createSubprocessExec, OutputOverflowError, TimeoutExpired } from '../src/index.js';
import { rejection, sh, utf8 } from './helpers/children.js';
import { handMade } from './helpers/handMade.js';
import { ManualClock } from './helpers/manualClock.js';

const ALL = { stdin: PIPE, stdout: PIPE, stderr: PIPE } as const;

describe('communicate that is aborted', () => {
  // X5: the abort falls before, between and after all chunks.
  it('keeps everything for the next call, whichever chunk it was aborted at', async () => {
    const chunks = ['a', 'bb', 'ccc', 'dddd', 'eeeee'];
    for (let abortAt = 0; abortAt <= chunks.length; abortAt += 1) {
      const child = handMade();
      const controller = new AbortController();
      const first = rejection(child.process.communicate(null, { signal: controller.signal }));
      for (const [index, chunk] of chunks.entries()) {
        if (index === abortAt) {
          controller.abort('enough');
          expect(await first).toBe('enough');
        }
        child.data(1, chunk);
        child.data(2, chunk.toUpperCase());
        await Promise.resolve();
      }
      controller.abort('enough');
      await first;
      const second = child.process.communicate();
      child.lose(1);
      child.lose(2);
      child.exit(0);
      const [stdout, stderr] = await second;
      expect([utf8(stdout), utf8(stderr)]).toEqual([chunks.join(''), chunks.join('').toUpperCase()]);
    }
  });

  it('keeps everything over an abort at each of many calls in a row', async () => {
    const child = handMade();
    for (let call = 0; call < 20; call += 1) {
      const controller = new AbortController();
      const aborted = rejection(child.process.communicate(null, { signal: controller.signal }));
      child.data(1, `${call},`);
      if (call % 2 === 0) {
        await Promise.resolve();
      }
      controller.abort();
      child.data(2, `${call};`);
      await aborted;
    }
    const last = child.process.communicate();
    child.lose(1);
    child.lose(2);
    child.exit(0);
    const numbers = Array.from({ length: 20 }, (_, index) => index);
    const [stdout, stderr] = await last;
    expect([utf8(stdout), utf8(stderr)]).toEqual([`${numbers.join(',')},`, `${numbers.join(';')};`]);
  });

  it('frees the readers in the very tick of the abort', async () => {
    const child = handMade();
    const controller = new AbortController();
    const aborted = rejection(child.process.communicate(null, { signal: controller.signal }));
    await Promise.resolve();
    controller.abort();
    const line = child.process.stdout?.readline();
    child.data(1, 'mine\n');
    expect(utf8((await line) ?? null)).toBe('mine\n');
    await aborted;
  });

  it('refuses input in the next call, since nobody knows how much of the first was read', async () => {
    const proc = await createSubprocessExec('cat', [], ALL);
    const controller = new AbortController();
    const first = rejection(proc.communicate('first', { signal: controller.signal }));
    controller.abort();
    await first;
    expect(await rejection(proc.communicate('second'))).toBeInstanceOf(ValueError);
    expect(utf8((await proc.communicate())[0])).toBe('first');
  });

  it('does nothing at all with a signal that was aborted before', async () => {
    const proc = await createSubprocessExec('cat', [], ALL);
    const reason = new Error('before');
    expect(await rejection(proc.communicate('x', { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(utf8((await proc.communicate('y'))[0])).toBe('y');
  });

  it('neither kills the child nor closes its outputs', async () => {
    const proc = await createSubprocessExec(...sh('cat; echo after'), ALL);
    const controller = new AbortController();
    const aborted = rejection(proc.communicate(null, { signal: controller.signal }));
    controller.abort();
    await aborted;
    expect(utf8((await proc.communicate())[0])).toBe('after\n');
    expect(proc.returncode).toBe(0);
  });

  it('leaves neither listener nor timer, however it ends', async () => {
    const clock = new ManualClock();
    const child = handMade({ clock });
    const controller = new AbortController();
    const options = { signal: controller.signal, timeoutMs: 1_000, drainGraceMs: 50 };
    const count = (): number[] => [getEventListeners(controller.signal, 'abort').length, clock.pending];
    const timedOut = rejection(child.process.communicate(null, options));
    expect(count()).toEqual([1, 1]);
    clock.advance(1_000);
    expect(await timedOut).toBeInstanceOf(TimeoutExpired);
    expect(count()).toEqual([0, 0]);
    const done = child.process.communicate(null, options);
    child.exit(0);
    child.lose(1);
    child.lose(2);
    await done;
    expect(count()).toEqual([0, 0]);
  });
});

describe('communicate that times out', () => {
  it('carries the output so far, leaves the child alone, and loses nothing', async () => {
    const proc = await createSubprocessExec(...sh('echo early; echo problem >&2; read x; echo late'), ALL);
    proc.stdin.write('x');
    const error = await rejection<TimeoutExpired>(
      (async () => {
        // The input stays open: it is held by a descendant of ours until the text has come.
        await proc.stderr.peek(8);
        await proc.stdout.peek(6);
        return proc.communicate(neverEnding(), { timeoutMs: 30 });
      })(),
    );
    expect(error).toBeInstanceOf(TimeoutExpired);
    expect([utf8(error.stdout), utf8(error.stderr), error.timeoutMs]).toEqual(['early\n', 'problem\n', 30]);
    expect(error.message).toContain('problem');
    const [stdout, stderr] = await proc.communicate();
    expect([utf8(stdout), utf8(stderr)]).toEqual(['early\nlate\n', 'problem\n']);
  });

  it('times out although the input never stops flowing', async () => {
    const proc = await createSubprocessExec('cat', [], { stdin: PIPE, stdout: DEVNULL });
    const endless = (function* () {
      for (;;) {
        yield 'x';
      }
    })();
    expect(await rejection(proc.communicate(endless, { timeoutMs: 100 }))).toBeInstanceOf(TimeoutExpired);
    expect(endless.next().done).toBe(true);
    await proc.wait();
  });
});

describe('communicate with too much output', () => {
  it('rejects with the first bytes, and lets the next call read the rest away', async () => {
    const proc = await createSubprocessExec(...sh('printf 0123456789; printf err >&2'), ALL);
    const error = await rejection<OutputOverflowError>(proc.communicate(null, { maxBytes: 4 }));
    expect(error).toBeInstanceOf(OutputOverflowError);
    expect(error).toMatchObject({ code: 'ERR_OUTPUT_OVERFLOW', fd: 1, maxBytes: 4 });
    expect(utf8(error.stdout)).toBe('0123');
    const rest = await proc.communicateInFull(null, { maxBytes: 4 });
    expect([utf8(rest.stdout), utf8(rest.stderr), rest.truncated]).toEqual(['0123', 'err', { stdout: 6, stderr: 0 }]);
  });

  it('accepts exactly as much as the limit', async () => {
    const proc = await createSubprocessExec(...sh('printf 0123456789'), ALL);
    expect(utf8((await proc.communicate(null, { maxBytes: 10 }))[0])).toBe('0123456789');
  });

  it('keeps head and tail with truncate, and counts the rest', async () => {
    const proc = await createSubprocessExec(...sh('printf AAAA; head -c 3000000 /dev/zero; printf ZZZZ'), ALL);
    const done = await proc.communicateInFull(null, { maxBytes: 8, overflow: 'truncate' });
    expect(utf8(done.stdout)).toBe('AAAAZZZZ');
    expect(done.truncated).toEqual({ stdout: 3_000_000, stderr: 0 });
  });

  it.each([NaN, -1, '5' as unknown as number])('refuses a limit of %s', async (maxBytes) => {
    const proc = await createSubprocessExec('true', [], ALL);
    expect(await rejection(proc.communicate(null, { maxBytes }))).toBeInstanceOf(ValueError);
    await proc.communicate();
  });
});

/** Input whose next piece never comes. */
async function* neverEnding(): AsyncGenerator<string> {
  await new Promise(() => undefined);
  yield '';
}
