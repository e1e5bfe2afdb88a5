/** The option `pipeSize`. */
import { readdirSync, readlinkSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { PIPE, STDOUT } from '@subwire/transport';
import { native } from '../src/native/ffi.js';
import { growOutput, giveBackOutput } from '../src/pipe/pipeCapacity.js';
import { makePipe } from '../src/pipe/pipes.js';
import { ReadPipe } from '../src/pipe/readPipe.js';
import { finish, runHelper, sh, start, type Recorder } from './helpers/child.js';

const F_GETPIPE_SZ = 1032;
const LARGEST = 1_048_576;

/** What our descriptors stand for; one that was closed meanwhile is left out. */
function ourLinks(): (readonly [fd: number, link: string])[] {
  return readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return [[Number(name), readlinkSync(`/proc/self/fd/${name}`)] as const];
    } catch (gone) {
      void gone;
      return [];
    }
  });
}

/** Returns how much the pipes at these descriptors of a child hold. */
function sizesOf(child: Recorder, fds: readonly number[]): number[] {
  const links = ourLinks();
  return fds.map((fd) => {
    const wanted = readlinkSync(`/proc/${child.transport.getPid()}/fd/${fd}`);
    const ours = links.find(([, link]) => link === wanted)?.[0] ?? -1;
    return native().fcntl(ours, F_GETPIPE_SZ, 0);
  });
}

async function end(child: Recorder): Promise<void> {
  child.transport.kill();
  await child.until('lost');
}

describe('a chosen size', () => {
  it.each([
    [1, 4_096],
    [5_000, 8_192],
    [65_536, 65_536],
    [LARGEST, LARGEST],
  ])('of %p makes all pipes of the child hold %p, extra outputs too', async (pipeSize, held) => {
    const child = await start('/bin/sleep', ['20'], { pipeSize, extraFds: { 5: PIPE } });
    expect(sizesOf(child, [0, 1, 2, 5])).toEqual([held, held, held, held]);
    await end(child);
  });

  it('is that of one pipe for both outputs', async () => {
    const child = await start('/bin/sleep', ['20'], { pipeSize: 8_192, stderr: STDOUT });
    expect(sizesOf(child, [1, 2])).toEqual([8_192, 8_192]);
    await end(child);
  });

  it.each([
    [65_536, 65_536],
    [null, LARGEST],
  ])('of %p is %p after the pipe was found full again and again', async (chosenSize, held) => {
    const { ours, childs } = makePipe(false, 3, { kind: 'pipe', size: chosenSize });
    const pipe = new ReadPipe({ kind: 'pipe', size: chosenSize });
    pipe.open(ours);
    pipe.resume();
    for (let round = 0; round < 8; round += 1) {
      native().write(childs, new Uint8Array(65_536), 65_536);
      pipe.tryNow();
    }
    expect(native().fcntl(ours, F_GETPIPE_SZ, 0)).toBe(held);
    pipe.close();
    await new Promise((resolve) => pipe.on('close', resolve));
    native().close(childs);
  });

  it('arrives whole through pipes of one page', async () => {
    const child = await sh('cat', { pipeSize: 1 });
    const bytes = Buffer.alloc(100_001, 'subwire');
    child.transport.getPipeTransport(0)?.write(bytes);
    expect((await finish(child))[1]).toBe(bytes.toString());
  });

  it('takes no place among the busy outputs, and gives none back', async () => {
    const { ours, childs } = makePipe(false, 3, { kind: 'pipe', size: LARGEST });
    const chosen = new ReadPipe({ kind: 'pipe', size: LARGEST });
    chosen.open(ours);
    chosen.close();
    await new Promise((resolve) => chosen.on('close', resolve));
    native().close(childs);
    const pipes = Array.from({ length: 17 }, () => makePipe(false, 3));
    const sizes = pipes.map((pipe) => growOutput(pipe.ours));
    expect(sizes.filter((size) => size === LARGEST)).toHaveLength(16);
    pipes.forEach((pipe, index) => {
      native().close(pipe.ours);
      native().close(pipe.childs);
      giveBackOutput(sizes[index]!);
    });
  });
});

describe('a size that the system refuses', () => {
  const refused = (errno: number, code: string): object => ({
    name: 'SpawnError',
    code,
    stage: 'stdio',
    program: '/bin/true',
    path: null,
    cause: { syscall: 'fcntl(F_SETPIPE_SZ)', errno, code },
  });

  it.each([2 ** 31 + 1, 2 ** 32, 2 ** 32 + 65_536, Number.MAX_SAFE_INTEGER])(
    'rejects the creation, %p for its own sake',
    async (pipeSize) => {
      const before = ourLinks().length;
      await expect(start('/bin/true', [], { pipeSize })).rejects.toMatchObject(refused(-22, 'EINVAL'));
      expect(ourLinks().length).toBeLessThanOrEqual(before);
    },
  );

  it('above the limit for users without privileges is EPERM, also when the turn of the child comes later', async () => {
    // Root keeps its other privileges, with which the test run can be read.
    const launcher = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-sys_resource'] : [];
    const { code, stdout, stderr } = await runHelper('pipeLimit.mjs', [], launcher);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual(['0 fulfilled', '6 EPERM stdio fcntl(F_SETPIPE_SZ)', 'nothing is left']);
  });
});
