/** Pipes, ends, signals and errors of real children. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nodeBackend, subprocessExec, type SubprocessBackend } from '@subwire/transport';
import { isSupported, posixBackend } from '../src/index.js';
import { finish, Recorder, runHelper, sh, start } from './helpers/child.js';

let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'subwire-'));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

it('is supported here', () => {
  expect(isSupported()).toEqual({ ok: true });
});

describe('output', () => {
  it('is complete for a reader that comes long after the exit', async () => {
    const child = await sh('head -c 150000 /dev/zero');
    const output = child.transport.getPipeTransport(1);
    (output as { pauseReading(): void }).pauseReading();
    await delay(150);
    const early = child.text(1).length;
    (output as { resumeReading(): void }).resumeReading();
    const [returncode, stdout] = await finish(child);
    expect([returncode, stdout.length]).toEqual([0, 150_000]);
    expect(early).toBeLessThan(150_000);
  });

  it('that nobody reads ends its writer with SIGPIPE', async () => {
    const child = await sh('sh -c "yes"; echo $? >&2');
    child.transport.getPipeTransport(1)?.close();
    const [, , stderr] = await finish(child);
    expect(stderr).toBe('141\n');
  });

  it('belongs to its receiver: no chunk changes later', async () => {
    const child = await sh('for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.01; done');
    const [, stdout] = await finish(child);
    expect(stdout).toBe('1\n2\n3\n4\n5\n6\n7\n8\n');
  });

  it('in large and in small pieces belongs to its receiver too', async () => {
    const child = await sh('seq 1 300000; for i in 1 2 3 4 5; do sleep 0.01; seq 1 $((i * 5000)); done');
    const [, stdout] = await finish(child);
    const upTo = (last: number): string => Array.from({ length: last }, (_, index) => `${index + 1}\n`).join('');
    expect(stdout === [300_000, 5_000, 10_000, 15_000, 20_000, 25_000].map(upTo).join('')).toBe(true);
  });

  it('is read into memory of the protocol', async () => {
    const room = new Uint8Array(1_000);
    let bytes = 0;
    let largest = 0;
    const [, recorder] = await subprocessExec(
      () =>
        Object.assign(new Recorder(), {
          getBuffer: () => room,
          bufferUpdated: (_fd: number, nbytes: number) => {
            bytes += nbytes;
            largest = Math.max(largest, nbytes);
          },
        }),
      'head',
      ['-c', '300000', '/dev/zero'],
      { backend: posixBackend },
    );
    await recorder.until('lost');
    expect([bytes, largest]).toEqual([300_000, 1_000]);
  });
});

describe('input', () => {
  it('is lost by a child that closes it and lives on, without a write', async () => {
    const child = await sh('exec 0<&-; echo closed; exec sleep 5');
    await child.until('data:1');
    await child.until('lost:0');
    expect(child.transport.getReturncode()).toBeNull();
    child.transport.kill();
    await child.until('lost');
  });

  it('arrives whole, whatever its size', async () => {
    const child = await sh('sleep 0.1; exec cksum');
    const input = child.transport.getPipeTransport(0);
    const bytes = Buffer.alloc(3_000_001, 'subwire');
    for (let start = 0; start < bytes.length; start += 70_001) {
      const chunk = Buffer.from(bytes.subarray(start, start + 70_001));
      input?.write(chunk);
      // The pipe keeps no reference.
      chunk.fill(0);
    }
    const [, stdout] = await finish(child);
    const again = await sh('exec cksum');
    again.transport.getPipeTransport(0)?.write(bytes);
    expect(stdout.trim().split(' ')[1]).toBe('3000001');
    expect((await finish(again))[1]).toBe(stdout);
  });

  it('gets a larger pipe if it fills the ordinary one again and again', async () => {
    // No more than one ordinary pipe is ever read, once it is full; what is left then would need three of them.
    const full = join(directory, 'full');
    const child = await sh(`until [ -e ${full} ]; do sleep 0.01; done; head -c 65536 >/dev/null; exec sleep 20`);
    child.transport.getPipeTransport(0)?.write(new Uint8Array(4 * 65_536));
    writeFileSync(full, '');
    await child.until('resumed');
    expect(child.lines).toEqual(['made', 'paused', 'resumed']);
    child.transport.kill();
    await child.until('lost');
  });

  it('that is left over is a broken pipe', async () => {
    const child = await sh('exec sleep 0.1');
    child.transport.getPipeTransport(0)?.write(new Uint8Array(2_000_000));
    await child.until('lost');
    expect(child.lines).toContain('lost:0:BrokenPipeError');
  });
});

describe('an end', () => {
  it.each([
    ['exit 0', 0],
    ['exit 255', 255],
    ['kill -9 $$', -9],
    ['kill -34 $$', -34],
    ['kill -64 $$', -64],
  ])('after %s is %d', async (command, returncode) => {
    const [code] = await finish(await sh(command));
    expect(code).toBe(returncode);
  });

  it('is seen by both backends at once, 200 children each', async () => {
    const run = async (backend: SubprocessBackend, index: number): Promise<number | null> => {
      const [transport, recorder] = await subprocessExec(() => new Recorder(), '/bin/sh', ['-c', `exit ${index % 7}`], {
        backend,
      });
      await recorder.until('lost');
      return transport.getReturncode();
    };
    const both = Array.from({ length: 200 }, (_, index) => [run(posixBackend, index), run(nodeBackend, index)]).flat();
    const codes = await Promise.all(both);
    expect(codes).toEqual(codes.map((_, index) => Math.floor(index / 2) % 7));
  }, 60_000);
});

describe('a signal', () => {
  it('reaches the group of a leader, and only that', async () => {
    const child = await sh('sleep 20 & echo $!; wait', { processGroup: 0 });
    await child.until('data:1');
    child.transport.sendSignal('SIGKILL', 'group');
    // The grandchild held the outputs: their end tells that it is gone.
    expect((await finish(child))[0]).toBe(-9);
    const plain = await start('/bin/cat');
    expect(() => {
      plain.transport.sendSignal('SIGTERM', 'group');
    }).toThrow(expect.objectContaining({ code: 'ERR_NOT_SUPPORTED' }));
    expect((await finish(plain))[0]).toBe(0);
  });

  it('comes to nothing after the end', async () => {
    const child = await start('/bin/true');
    await finish(child);
    expect(() => {
      child.transport.kill();
    }).toThrow(expect.objectContaining({ code: 'ESRCH' }));
  });
});

describe('sessions and groups', () => {
  it('are those that were asked for', async () => {
    const stat = 'cut -d" " -f1,5,6 /proc/self/stat';
    const session = await start('/bin/sh', ['-c', `exec ${stat}`], { startNewSession: true });
    const pid = session.transport.getPid();
    expect((await finish(session))[1]).toBe(`${pid} ${pid} ${pid}\n`);
    const leader = await start('/bin/cat', [], { processGroup: 0 });
    const group = leader.transport.getPid() ?? 0;
    const member = await start('/bin/sh', ['-c', `exec ${stat}`], { processGroup: group });
    expect((await finish(member))[1].split(' ')[1]).toBe(String(group));
    await finish(leader);
  });
});

describe('a failed start', () => {
  it('tells the directory, the program, its interpreter and its form apart', async () => {
    const file = (name: string, content: string, mode = 0o755): string => {
      const path = join(directory, name);
      writeFileSync(path, content);
      chmodSync(path, mode);
      return path;
    };
    const gone = join(directory, 'gone');
    const text = file('text', 'echo no\n');
    const orphan = file('orphan', '#!/no/such/interpreter\n');
    const plain = file('plain', '#!/bin/sh\n', 0o644);
    const program = '/bin/true';
    const failures: [object, () => Promise<unknown>][] = [
      [{ code: 'ENOENT', stage: 'cwd', path: gone }, () => start(program, [], { cwd: gone })],
      [{ code: 'ENOTDIR', stage: 'cwd', path: text }, () => start(program, [], { cwd: text })],
      [{ code: 'ENOENT', stage: 'lookup', path: 'no-such-program' }, () => start('no-such-program')],
      [{ code: 'ENOENT', stage: 'exec', path: gone }, () => start(gone)],
      [{ code: 'ENOEXEC', stage: 'exec', path: text }, () => start(text)],
      [{ code: 'ENOENT', stage: 'exec', path: '/no/such/interpreter' }, () => start(orphan)],
      [{ code: 'EACCES', stage: 'exec', path: plain }, () => start(plain)],
      [{ code: 'EACCES', stage: 'exec', path: directory }, () => start(directory)],
      [{ code: 'E2BIG', stage: 'exec', path: program }, () => start(program, ['x'.repeat(200_000)])],
      [{ code: 'EPERM', stage: 'spawn' }, () => start(program, [], { processGroup: 2_000_000_000 })],
    ];
    for (const [expected, creation] of failures) {
      await expect(creation()).rejects.toMatchObject({ name: 'SpawnError', ...expected });
    }
  });

  it('that changes the user is refused', async () => {
    await expect(start('/bin/true', [], { user: 1 })).rejects.toMatchObject({ code: 'ERR_NOT_SUPPORTED' });
  });
});

describe('our directory', () => {
  it('is that of the call for a child that inherits it, whatever becomes of it', async () => {
    // In a process of its own, because the directory is the whole process's.
    const { code, stdout, stderr } = await runHelper('directory.mjs');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([
      'left: here',
      'left, a relative path: here/inner',
      'left while waiting: true',
      'renamed: true',
      'removed: started',
      'not to be entered: started',
    ]);
  });
});

describe('the environment', () => {
  it('is searched for programs as it was at the call, also by a child whose turn comes later', async () => {
    const { PATH = '' } = process.env;
    const starting = Array.from({ length: 8 }, () => start('true', []));
    process.env['PATH'] = '/no/such/directory';
    try {
      const children = await Promise.all(starting);
      expect(await Promise.all(children.map(async (child) => (await finish(child))[0]))).toEqual(Array(8).fill(0));
    } finally {
      process.env['PATH'] = PATH;
    }
  });

  it('is ours as it was at the call, or the given one alone', async () => {
    process.env['SUBWIRE_TEST'] = 'one';
    const inherited = sh('echo $SUBWIRE_TEST');
    process.env['SUBWIRE_TEST'] = 'two';
    expect((await finish(await inherited))[1]).toBe('one\n');
    delete process.env['SUBWIRE_TEST'];
    const given = await start('/usr/bin/env', [], { env: { ONLY: 'é=ü', EMPTY: '' } });
    expect((await finish(given))[1]).toBe('ONLY=é=ü\nEMPTY=\n');
  });
});
