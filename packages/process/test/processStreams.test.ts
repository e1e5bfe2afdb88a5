/** The streams of real children. F21 – F27, F29 – F31, F33, X8, X11, X19, X20; upstream names are CPython's unless said otherwise. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { BrokenPipeError, PIPE } from '@subwire/transport';
import { createSubprocessExec } from '../src/index.js';
import { blockThread, endForeign, isAlive, node, rejection, sh, until, utf8 } from './helpers/children.js';

const ALL = { stdin: PIPE, stdout: PIPE, stderr: PIPE } as const;

describe('streams of a child', () => {
  // test_stdin_stdout
  it('carry a dialogue of write, drain, close, read and wait', async () => {
    const proc = await createSubprocessExec('cat', [], { stdin: PIPE, stdout: PIPE });
    proc.stdin.write('some data');
    await proc.stdin.drain();
    proc.stdin.close();
    expect(utf8(await proc.stdout.read())).toBe('some data');
    expect(await proc.wait()).toBe(0);
  });

  // test_process_streams_basic_1 (uvloop)
  it('carry line by line on all three descriptors', async () => {
    const script = 'while read x; do if [ "$x" = err ]; then echo "$x!" >&2; else echo "$x!"; fi; done; exit 20';
    const proc = await createSubprocessExec(...sh(script), ALL);
    expect([(proc.pid ?? 0) > 0, proc.returncode]).toEqual([true, null]);
    proc.stdin.write('one\n');
    expect(utf8(await proc.stdout.readline())).toBe('one!\n');
    proc.stdin.write('err\n');
    expect(utf8(await proc.stderr.readline())).toBe('err!\n');
    proc.stdin.close();
    expect([await proc.stdout.read(), await proc.stderr.read(), await proc.wait()]).toEqual([
      new Uint8Array(0),
      new Uint8Array(0),
      20,
    ]);
  });

  // test_write_huge_stdin_8192 … 219264 (uvloop)
  it.each([8_192, 8_193, 219_263, 219_264])('deliver one write of %i bytes without a close', async (length) => {
    const script = `let n = 0; process.stdin.on('data', (d) => { n += d.length; if (n === ${length}) { console.log(n); process.exit(); } })`;
    const proc = await createSubprocessExec(...node(script), { stdin: PIPE, stdout: PIPE });
    proc.stdin.write(new Uint8Array(length));
    expect(utf8(await proc.stdout.readline())).toBe(`${length}\n`);
    await proc.wait();
  });

  // test_pause_reading
  it('pause and resume the transport around the limit, and lose nothing', async () => {
    const proc = await createSubprocessExec(...sh('printf 123456789012345678901'), { stdout: PIPE, limit: 10 });
    await proc.wait();
    await until(() => String(proc.stdout).includes('paused'));
    expect(utf8(await proc.stdout.read())).toBe('123456789012345678901');
    expect(String(proc.stdout)).not.toContain('paused');
  });

  // test_read_stdout_after_process_exit; F21
  it('can be read long after the exit, slowly', async () => {
    const proc = await createSubprocessExec(...sh('head -c 262144 /dev/zero'), { stdout: PIPE });
    const sizes: number[] = [];
    for (;;) {
      const chunk = await proc.stdout.read(65_536);
      if (chunk.length === 0) {
        break;
      }
      sizes.push(chunk.length);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(262_144);
    expect(await proc.wait()).toBe(0);
  });

  // F21
  it('keep 150 000 bytes for a reader that comes 300 ms later', async () => {
    const proc = await createSubprocessExec(...sh('head -c 150000 /dev/zero'), { stdout: PIPE });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await proc.stdout.read()).toHaveLength(150_000);
    await proc.wait();
  });

  // F22; test_process_delayed_stdio__* (uvloop)
  it('lose nothing of a child that has ended before anything could be noticed', async () => {
    for (let round = 0; round < 20; round += 1) {
      const creating = createSubprocessExec(...sh('head -c 60000 /dev/zero; exit 7'), ALL);
      blockThread(10);
      const proc = await creating;
      const [stdout] = await proc.communicate();
      expect([stdout.length, proc.returncode]).toEqual([60_000, 7]);
    }
  });

  // test_subprocess_communicate_stdout, F22
  it('lose nothing of many short children at once', async () => {
    const one = async (): Promise<number> => {
      const proc = await createSubprocessExec(...sh('head -c 60000 /dev/zero'), ALL);
      return (await proc.communicate())[0].length;
    };
    expect(await Promise.all(Array.from({ length: 30 }, one))).toEqual(Array.from({ length: 30 }, () => 60_000));
  });

  // F25
  it('end when the child closes them, although it lives on', async () => {
    const proc = await createSubprocessExec(...sh('exec 1>&- 2>&-; read x; exit 6'), ALL);
    expect([(await proc.stdout.read()).length, (await proc.stderr.read()).length]).toEqual([0, 0]);
    expect(proc.returncode).toBeNull();
    proc.stdin.close();
    expect(await proc.wait()).toBe(6);
  });

  // X8, F26
  it('tell that the child closed its input, without a write', async () => {
    const proc = await createSubprocessExec(...sh('exec 0<&-; exec sleep 60'), { stdin: PIPE });
    await proc.stdin.waitClosed();
    expect([proc.stdin.isClosing(), proc.returncode]).toEqual([true, null]);
    await proc.stop();
  });
});

describe('the input of a child', () => {
  // test_stdin_broken_pipe
  it('makes drain() throw when the reader went away with bytes left over; wait() works', async () => {
    const proc = await createSubprocessExec(...sh('read x; exit 0'), { stdin: PIPE });
    proc.stdin.write('x\n');
    proc.stdin.write(new Uint8Array(4_000_000));
    expect(await rejection(proc.stdin.drain())).toBeInstanceOf(BrokenPipeError);
    expect(await rejection(proc.stdin.drain())).toMatchObject({ code: 'ECONNRESET' });
    expect(await proc.wait()).toBe(0);
  });

  // F27, X11
  it('absorbs writes to a reader that went away, large and tiny, with nobody listening', async () => {
    const large = await createSubprocessExec('true', [], { stdin: PIPE });
    large.stdin.write(new Uint8Array(1_048_576));
    await large.wait();
    for (let round = 0; round < 50; round += 1) {
      const proc = await createSubprocessExec('true', [], { stdin: PIPE });
      blockThread(round % 3);
      proc.stdin.write('x');
      await proc.wait();
      proc.stdin.write('y');
      proc.stdin.close();
    }
  });

  // X20
  it('survives a child that exits with unread input', async () => {
    const proc = await createSubprocessExec(...sh('read x; echo got; exit 0'), ALL);
    proc.stdin.write(`a\n${'b'.repeat(100_000)}`);
    const [stdout] = await proc.communicate();
    expect(utf8(stdout)).toBe('got\n');
  });

  // X19
  it('reaches a descendant that reads on after the child’s exit, every byte', async () => {
    const proc = await createSubprocessExec('bash', ['-c', 'exec 4<&0; (wc -c <&4) & exit 0'], ALL);
    const half = new Uint8Array(500_000);
    proc.stdin.write(half);
    await proc.wait();
    proc.stdin.write(half);
    proc.stdin.close();
    expect(utf8(await proc.stdout.read()).trim()).toBe('1000000');
  });

  // F31
  it('makes drain() wait for a child that does not read', async () => {
    const proc = await createSubprocessExec('sleep', ['60'], { stdin: PIPE });
    let drains = 0;
    const filling = (async () => {
      for (;;) {
        proc.stdin.write(new Uint8Array(65_536));
        await proc.stdin.drain();
        drains += 1;
      }
    })();
    const ended = rejection(filling);
    let before = -1;
    await until(() => {
      const still = drains === before;
      before = drains;
      return still;
    });
    expect(proc.stdin.transport.getWriteBufferSize()).toBeLessThan(200_000);
    proc.kill();
    expect(await ended).toBeInstanceOf(BrokenPipeError);
    await proc.wait();
  });

  // test_drain_raises
  it('ends a loop of writes and drains on a dead child', async () => {
    const proc = await createSubprocessExec('true', [], { stdin: PIPE });
    await proc.wait();
    const loop = async (): Promise<never> => {
      for (;;) {
        proc.stdin.write('x');
        await proc.stdin.drain();
      }
    };
    expect(['EPIPE', 'ECONNRESET']).toContain((await rejection<NodeJS.ErrnoException>(loop())).code);
  });
});

describe('the outputs of a child', () => {
  // F30
  it('block it when nobody reads: nothing piles up here', async () => {
    const proc = await createSubprocessExec(...sh('exec head -c 50000000 /dev/zero'), { stdout: PIPE });
    const pid = proc.pid ?? 0;
    let before = -1;
    await until(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const written = writtenBy(pid);
      const still = written === before && written > 0;
      before = written;
      return still;
    });
    // Twice the limit, one chunk, and what the system keeps of a socket pair.
    expect(before).toBeLessThan(1_000_000);
    await proc.stop();
    expect((await proc.stdout.read()).length).toBeLessThan(1_000_000);
  });

  // F33
  it.each(['error', 'truncate'] as const)(
    'may have no line in 30 MB: %s takes no more than one line',
    async (onOverrun) => {
      const proc = await createSubprocessExec(...sh('head -c 30000000 /dev/zero 2>&-; echo; echo next'), {
        stdout: PIPE,
      });
      const lengths: number[] = [];
      const loop = async (): Promise<void> => {
        for await (const line of proc.stdout.lines({ maxLineBytes: 100_000, onOverrun })) {
          lengths.push(line.length);
        }
      };
      if (onOverrun === 'truncate') {
        await loop();
        expect(lengths).toEqual([100_000, 4]);
      } else {
        expect(await rejection(loop())).toMatchObject({ code: 'ERR_LIMIT_OVERRUN', consumed: 100_000 });
        expect(Number(/ (\d+) bytes/.exec(String(proc.stdout))?.[1])).toBeLessThan(1_000_000);
        proc.stdout.cancel();
      }
      await proc.wait();
    },
  );

  // test_subprocess_close_client_stream, F29
  it('can be cancelled, which a child that writes on is told by the system', async () => {
    const proc = await createSubprocessExec(...sh('yes; echo "status $?" >&2'), { stdout: PIPE, stderr: PIPE });
    await proc.stdout.read(10);
    proc.stdout.cancel();
    expect(utf8(await proc.stderr.read())).toContain('status');
    await proc.wait();
  });

  it('stay open for a descendant, whose output comes after the exit', async () => {
    const script = '(read x; echo from below) <&3 & exit 0';
    const proc = await createSubprocessExec('bash', ['-c', `exec 3<&0; ${script}`], ALL);
    expect(await proc.wait()).toBe(0);
    proc.stdin.write('go\n');
    expect(utf8(await proc.stdout.readline())).toBe('from below\n');
    expect(await proc.stdout.read()).toHaveLength(0);
  });

  it('can be left to a descendant by closing ours', async () => {
    const proc = await createSubprocessExec(...sh('sleep 60 & echo $!'), { stdout: PIPE });
    const grandchild = Number(utf8(await proc.stdout.readline()));
    await proc.wait();
    proc.stdout.cancel();
    expect(isAlive(grandchild)).toBe(true);
    await endForeign(grandchild);
  });
});

/** Bytes that a process has written so far. */
function writtenBy(pid: number): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}
