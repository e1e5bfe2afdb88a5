/** What could bring the whole runtime down, each in a process of its own. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it, jest } from '@jest/globals';
import { runHelper } from './helpers/child.js';

jest.setTimeout(120_000);

const soakSpawns = Number(process.env['SUBWIRE_SOAK_SPAWNS'] ?? 1_000);
const stormSpawns = Number(process.env['SUBWIRE_STORM_SPAWNS'] ?? 500);
const namespaces = spawnSync('unshare', ['-pf', '--mount-proc', 'true']).status === 0;
const strace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;
const inNamespace = namespaces ? it : it.skip;
const underStrace = strace ? it : it.skip;

describe('a process that uses the posix backend', () => {
  it('survives callbacks that throw inside events', async () => {
    const { code, stdout, stderr } = await runHelper('throwing.mjs');
    // Per child: made, data, three pipes, exited, end.
    expect([code, stdout, stderr]).toEqual([0, String(200 * 7), '']);
  });

  it.each(['connectionMade', 'pipeDataReceived', 'pipeConnectionLost', 'processExited', 'connectionLost'])(
    'ends in order when %s calls process.exit()',
    async (callback) => {
      expect(await runHelper('exitInside.mjs', [callback])).toEqual({ code: 7, stdout: '', stderr: '' });
    },
  );

  it('exits as it was asked to, however far a start thread has come', async () => {
    const codes: unknown[] = [];
    for (let delayMs = 0; delayMs <= 45; delayMs += 3) {
      const some = [delayMs, delayMs + 1, delayMs + 2].map((ms) => runHelper('exitWhileThreadComes.mjs', [String(ms)]));
      codes.push(...(await Promise.all(some)).map(({ code }) => code));
    }
    expect(codes).toEqual(codes.map(() => 7));
  });

  it('survives garbage collection all the time', async () => {
    expect(await runHelper('garbage.mjs')).toEqual({ code: 0, stdout: 'all bytes', stderr: '' });
  });

  it('loses nothing over many spawns, good and failing', async () => {
    const { code, stdout, stderr } = await runHelper('soak.mjs', [String(soakSpawns)], [], 110_000);
    expect([code, stdout, stderr]).toEqual([0, 'no descriptor\n0 children\nno memory', '']);
  });

  it('reads into memory that it has had before, and does not keep much of it', async () => {
    const { code, stdout, stderr } = await runHelper('chunkMemory.mjs');
    const [newPages, mebibytes] = stdout.split(' ').map(Number);
    expect([code, stderr]).toEqual([0, '']);
    // Without that memory, 100 of 100 pages are new ones. The collector's own work takes up to 10.
    expect(newPages).toBeLessThan(30);
    expect(mebibytes).toBeLessThan(250);
  });

  it('starts hundreds of children in one tick, and reaps them when they are killed at once', async () => {
    const { code, stdout } = await runHelper('storm.mjs', [String(stormSpawns)], [], 110_000);
    expect([code, stdout]).toEqual([0, `${stormSpawns} killed`]);
  });

  it('loses no descriptor however few are free', async () => {
    const { code, stdout, stderr } = await runHelper('sweep.mjs', [], ['prlimit', '--nofile=64:64']);
    const lines = stdout.split('\n');
    expect([code, stderr]).toEqual([0, '']);
    expect(lines).toHaveLength(13);
    const refusals = ['SpawnError EMFILE watch', 'SpawnError EMFILE stdio'];
    expect(lines.filter((line) => line !== '0' && !refusals.includes(line))).toEqual([]);
    expect([lines[0], lines[12]]).toEqual([expect.stringMatching(/EMFILE/), '0']);
  });

  it('reports a status that other code took as unknown, with a warning', async () => {
    const { code, stdout } = await runHelper('thief.mjs');
    const lines = stdout.split('\n');
    expect(code).toBe(0);
    expect(lines).toEqual(expect.arrayContaining(['warning SUBWIRE_STATUS_STOLEN', 'stolen', 'all ended']));
  });

  inNamespace('signals no stranger that got the pid of its child', async () => {
    const { code, stdout, stderr } = await runHelper('pidReuse.mjs', [], ['unshare', '-pf', '--mount-proc']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([...Array<string>(6).fill('gone'), 'the stranger lives']);
  });

  underStrace.each(['ENOSYS', 'EPERM', 'EMFILE'])('gets the exits without pidfds (%s)', async (error) => {
    const launcher = ['strace', '-f', '-o', '/dev/null', '-e', `inject=pidfd_open:error=${error}`];
    const { code, stdout, stderr } = await runHelper('exits.mjs', [], launcher);
    expect([code, stdout, stderr]).toEqual([0, '3\n-15\ntrue', '']);
  });
});

describe('where the backend does not work', () => {
  it.each([
    ['koffi', '{"ok":false,"reason":"a native function cannot be loaded: no binary"}\nERR_NOT_SUPPORTED'],
    ['worker', '{"ok":false,"reason":"the loop of a worker thread cannot be reached"}'],
  ])('it says why (%s)', async (what, stdout) => {
    expect(await runHelper('unsupported.mjs', [what])).toEqual({ code: 0, stdout, stderr: '' });
  });
});

describe('a child', () => {
  it('gets our limit of descriptors as it is, and no signal state', async () => {
    const launcher = ['bash', '-c', 'ulimit -Sn 256; trap "" HUP INT PIPE USR1; "$@"; exit $?', 'bash'];
    const { code, stdout, stderr } = await runHelper('limits.mjs', [], launcher);
    expect([code, stderr]).toEqual([0, '']);
    const [ours, soft, ...signals] = stdout.split('\n');
    expect(Number(soft)).toBeGreaterThan(256);
    expect(soft).toBe(ours);
    expect(signals).toEqual(['SigBlk:\t0000000000000000', 'SigIgn:\t0000000000000000']);
  });
});
