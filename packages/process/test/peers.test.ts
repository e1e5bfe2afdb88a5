/** The measured failures of eight JavaScript peers (peers.md §1c, items 2 – 6 and 8), each as something that works here. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { DEVNULL, PIPE } from '@subwire/transport';
import { createSubprocessExec, run, TimeoutExpired } from '../src/index.js';
import { endForeign, isAlive, node, ourChildren, rejection, sh, until, utf8 } from './helpers/children.js';

const EVERY_KIND = 'a ü € 🚀 – 漢字 e\u0301\n';

describe('what other libraries fail at', () => {
  // 2: the parent of spawn, execFile, tinyexec and zx died of an uncaught EPIPE
  it('8 MB of input for a child that exits at once are no error', async () => {
    const input = new Uint8Array(8 * 1024 * 1024);
    expect((await run('true', [], { input })).returncode).toBe(0);
    expect((await run(...sh('exit 3'), { input })).returncode).toBe(3);
  });

  // 3: tinyexec and zx decode each chunk alone
  it('UTF-8 that is written one byte at a time is right, as text and as lines', async () => {
    const script = `const bytes = Buffer.from(${JSON.stringify(EVERY_KIND.repeat(3))});
      for (const byte of bytes) require('fs').writeSync(1, Buffer.from([byte]));`;
    expect((await run(...node(script), { encoding: 'utf8' })).stdout).toBe(EVERY_KIND.repeat(3));
    await using proc = await createSubprocessExec(...node(script), { stdin: DEVNULL, stdout: PIPE });
    const lines: string[] = [];
    for await (const line of proc.stdout.lines({ encoding: 'utf8' })) {
      lines.push(line);
    }
    expect(lines).toEqual([EVERY_KIND, EVERY_KIND, EVERY_KIND].map((line) => line.trimEnd()));
  });

  // 3: zx rebuilds bytes from text
  it('256 different bytes come back as 256 bytes', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    expect(Buffer.compare((await run('cat', [], { input: bytes })).stdout, bytes)).toBe(0);
  });

  // 4: spawn, execFile, nano-spawn, zx, dax and @azure/core-process reported success after 4 s
  it('a timeout is a timeout, even of a child that ignores SIGTERM and exits with 0 later', async () => {
    const script = 'trap "" TERM; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.1; done; exit 0';
    const error = await rejection<TimeoutExpired>(run(...sh(script), { timeoutMs: 300 }));
    expect(error).toBeInstanceOf(TimeoutExpired);
    expect(error.result).toMatchObject({ returncode: 0, timedOut: true });
  });

  // 4: execa, tinyexec and Effect rejected after the same 4 s
  it('a timeout does not wait for the child’s own time', async () => {
    const script = 'trap "" TERM; while :; do sleep 0.05; done';
    const error = await rejection<TimeoutExpired>(run(...sh(script), { timeoutMs: 300, stopGraceMs: 200 }));
    expect(error).toBeInstanceOf(TimeoutExpired);
    expect(error.result?.returncode).toBe(-9);
  });

  // 5: Node reports the abort while the process lives on
  it('an abort settles when the child is gone, not before', async () => {
    const controller = new AbortController();
    const script =
      'process.on("SIGTERM", () => setTimeout(() => process.exit(0), 300)); console.log("ready"); setInterval(() => {}, 1000)';
    const error = await rejection(
      run(...node(script), { signal: controller.signal, onBytes: () => controller.abort(new Error('now')) }),
    );
    expect([error.message, ourChildren()]).toEqual(['now', []]);
  });

  // 6: every library waited for it
  it.each([{ drainGraceMs: 100 }, {}])(
    'a grandchild that holds stdout does not delay run beyond the grace, and is reported (%j)',
    async (options) => {
      const result = await run(...sh('sleep 60 & echo $!'), options);
      const grandchild = Number(utf8(result.stdout));
      expect([result.heldPipes, isAlive(grandchild)]).toEqual([[1, 2], true]);
      await endForeign(grandchild);
    },
  );

  // 7: only execa cleaned up when the parent threw
  it('a throw in the parent leaves no child, as far as `await using` reaches', async () => {
    let pid = 0;
    const parent = async (): Promise<void> => {
      await using proc = await createSubprocessExec('sleep', ['60']);
      pid = proc.pid ?? 0;
      throw new Error('parent failed');
    };
    expect((await rejection(parent())).message).toBe('parent failed');
    expect(isAlive(pid)).toBe(false);
  });

  // 8: dax read 650 MB ahead of a slow consumer in two seconds
  it('a slow reader of lines holds the child back: memory stays bounded', async () => {
    await using proc = await createSubprocessExec('yes', ['a line of some length that says nothing'], { stdout: PIPE });
    const written = (): number => Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${proc.pid}/io`, 'utf8'))?.[1]);
    const lines: string[] = [];
    for await (const line of proc.stdout.lines({ encoding: 'utf8' })) {
      lines.push(line);
      if (lines.length === 20) {
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    let before = -1;
    await until(() => {
      const now = written();
      const still = now === before;
      before = now;
      return still;
    });
    expect(before).toBeLessThan(1_500_000);
  });
});
