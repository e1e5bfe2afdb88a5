/** Pipes that outlive the process, and processes that outlive their pipes. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { bytes, pattern } from '../helpers/bytes.js';
import { exec, finish, output, pausedFromTheStart, shell } from '../helpers/realChild.js';

describe('output', () => {
  // F21. More does not fit where nobody reads: how much a pipe holds is up to the system and the version of Node.
  it.each([60_000, 30_000])(
    'is there whole (%d bytes) for a reader that comes 300 ms after the exit',
    async (length) => {
      const command = `head -c ${length} /dev/zero; head -c 20000 /dev/zero >&2; exit 4`;
      const { protocol, transport } = await shell(command, {}, pausedFromTheStart(1, 2));
      await protocol.exited;
      await delay(300);
      expect([...protocol.lines].sort()).toEqual(['exited', 'lost:0', 'made']);
      output(transport, 1).resumeReading();
      output(transport, 2).resumeReading();
      await protocol.lost;
      expect([protocol.data(1).length, protocol.data(2).length, transport.getReturncode()]).toEqual([
        length,
        20_000,
        4,
      ]);
    },
  );

  it('that is paused does not show its end either', async () => {
    const child = await shell('exec 1>&-; echo closed >&2; read x', {}, pausedFromTheStart(1));
    await child.protocol.untilText(2, 'closed');
    await delay(50);
    expect(child.protocol.lines).not.toContain('lost:1');
    output(child.transport, 1).resumeReading();
    expect(child.protocol.lines).not.toContain('lost:1');
    await child.protocol.until(() => child.protocol.lines.includes('lost:1'));
    await finish(child);
  });

  it('that ended while it was paused can be closed', async () => {
    const { protocol, transport } = await shell('exit 0', {}, pausedFromTheStart(1));
    await protocol.until(() => protocol.lines.includes('lost:2') && protocol.lines.includes('exited'));
    await delay(20);
    expect(protocol.lines).not.toContain('lost:1');
    output(transport, 1).close();
    expect(protocol.lines).not.toContain('lost:1');
    await protocol.lost;
  });

  // F23, X6, test_wait_even_if_pipe_is_open
  it('of a grandchild comes after the exit of the child', async () => {
    const child = await shell('exec 3<&0; (read x; echo late) <&3 & exit 3');
    await child.protocol.exited;
    expect(child.transport.getReturncode()).toBe(3);
    expect(child.protocol.lines).not.toContain('lost:1');
    child.protocol.stdin.write(bytes('go\n'));
    await child.protocol.lost;
    expect(child.protocol.text(1)).toBe('late\n');
    expect(child.protocol.lines.indexOf('exited')).toBeLessThan(child.protocol.lines.indexOf('data:1:late\n'));
  });

  // F25
  it('that the child closes is lost while the child lives on', async () => {
    const child = await shell('exec 1>&- 2>&-; read x; exit 5');
    await child.protocol.until(() => child.protocol.lines.length === 3);
    expect([...child.protocol.lines].sort()).toEqual(['lost:1', 'lost:2', 'made']);
    expect(await finish(child)).toMatchObject({ returncode: 5 });
  });
});

describe('input', () => {
  // X19
  it('that a grandchild still reads arrives whole, before and after the exit of the child', async () => {
    const child = await shell('exec 3<&0; (read go; wc -c) <&3 & exit 0');
    child.protocol.stdin.write(bytes('go\n'));
    child.protocol.stdin.write(pattern(1_000_000).map((byte) => (byte === 10 ? 11 : byte)));
    await child.protocol.exited;
    child.protocol.stdin.write(pattern(500_000));
    await finish(child);
    expect(Number(child.protocol.text(1))).toBe(1_500_000);
    expect(child.protocol.lines).toContain('lost:0');
  });

  // F26, X8
  it('that the child closes is lost without a write, while the child lives on', async () => {
    const child = await shell('exec 0<&-; echo closed; exec sleep 60');
    await child.protocol.until(() => child.protocol.lines.includes('lost:0'));
    expect(child.protocol.lines).not.toContain('exited');
    child.transport.close();
    await child.protocol.lost;
  });

  it('that nobody read is lost as a broken pipe', async () => {
    const child = await shell('exit 0');
    child.protocol.stdin.write(new Uint8Array(1_000_000));
    await child.protocol.lost;
    expect(child.protocol.lines).toContain('lost:0:BrokenPipeError');
    expect(child.protocol.lines.at(-1)).toBe('lost');
  });

  it('that a grandchild holds and never reads is given up after close() and the grace period', async () => {
    const child = await shell('exec 3<&0; (exec sleep 60 <&3 >/dev/null 2>&1) & echo $!', { stdinGraceMs: 100 });
    child.protocol.stdin.write(new Uint8Array(1_000_000));
    await child.protocol.exited;
    await child.protocol.until(() => child.protocol.lines.includes('lost:1'));
    expect(child.protocol.lines).not.toContain('lost:0');
    child.transport.close();
    await child.protocol.lost;
    expect(child.protocol.lines).toContain('lost:0:BrokenPipeError');
    process.kill(Number(child.protocol.text(1)), 'SIGKILL');
  });

  it('is a copy: changing the array afterwards does not reach the child', async () => {
    const child = await shell('sleep 0.1; tr -d A | wc -c');
    const chunk = new Uint8Array(500_000).fill(65);
    child.protocol.stdin.write(chunk);
    chunk.fill(66);
    await finish(child);
    expect(Number(child.protocol.text(1))).toBe(0);
  });

  // test_write_buffer_full
  it('pauses the writer while nobody reads; then the reader dies', async () => {
    const { protocol, transport } = await exec('sleep', ['60']);
    // test_dont_pause_writing: what the system takes at once never pauses, although it is above the mark.
    protocol.stdin.write(new Uint8Array(100_000));
    expect([protocol.stdin.getWriteBufferSize(), ...protocol.lines]).toEqual([0, 'made']);
    while (!protocol.lines.includes('pause')) {
      protocol.stdin.write(new Uint8Array(32_768));
    }
    protocol.stdin.write(new Uint8Array(32_768));
    transport.kill();
    await protocol.lost;
    const expected = ['exited', 'lost', 'lost:0:BrokenPipeError', 'lost:1', 'lost:2', 'made', 'pause'];
    expect([...protocol.lines].sort()).toEqual(expected);
  });

  it('resumes the writer when somebody read', async () => {
    const child = await shell('exec cat >/dev/null');
    while (!child.protocol.lines.includes('pause')) {
      child.protocol.stdin.write(new Uint8Array(32_768));
    }
    await child.protocol.until(() => child.protocol.lines.includes('resume'));
    await finish(child);
  });
});
