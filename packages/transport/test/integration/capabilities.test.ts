/** What the node backend says of itself is true: what it claims works, and what it lacks is really lacking. */
import { describe, expect, it } from '@jest/globals';
import { NotSupportedError } from '../../src/contract/errors.js';
import { nodeBackend } from '../../src/node/nodeBackend.js';
import { DEVNULL, PipeEnd, type StdioSlot } from '../../src/contract/stdio.js';
import type { SpawnRequest } from '../../src/seam/backend.js';
import { parseCreation } from '../../src/options/options.js';
import { subprocessExec } from '../../src/subprocessExec.js';
import { exec, finish, shell } from '../helpers/realChild.js';
import { RecordingProtocol } from '../helpers/recordingProtocol.js';

const { supports } = nodeBackend;

const PIPE_SLOT: StdioSlot = { kind: 'pipe' };

function spawnRequest(program: string, over: Partial<SpawnRequest> = {}): SpawnRequest {
  const [request] = parseCreation(program, [], {}, nodeBackend);
  return { ...request, ...over };
}

class ForeignEnd extends PipeEnd {
  readonly backendName = 'other';
}

const MERGED: SpawnRequest['stdio'] = new Map<number, StdioSlot>([
  [0, { kind: 'null' }],
  [1, PIPE_SLOT],
  [2, { kind: 'stdout' }],
]);

describe('the node backend', () => {
  it('says what it can do, and cannot be talked into something else', () => {
    expect(supports).toEqual({
      pids: 'local',
      signals: 'all',
      signalScopes: ['process', 'group'],
      realtimeSignals: false,
      newSession: true,
      processGroup: false,
      identity: true,
      descriptors: true,
      extraFds: true,
      closeFds: false,
      pipes: ['socket'],
      pipeSize: false,
      stdinPeerClose: true,
      offThreadSpawn: false,
      readInto: false,
      loss: false,
      bytes: false,
      synchronousSpawn: true,
      createPipe: false,
      resourceUsage: false,
    });
    expect([Object.isFrozen(nodeBackend), Object.isFrozen(supports)]).toEqual([true, true]);
  });

  it('lacks real pipes: a child cannot open its /dev/stdout', async () => {
    const { returncode, stdout } = await finish(await shell('echo hi > /dev/stdout'));
    expect(stdout).toBe('');
    expect(returncode).not.toBe(0);
  });

  it('lacks closeFds: a descriptor that foreign code left inheritable reaches the child', async () => {
    // The shell in front leaves one open, as foreign code in our process would.
    const program = `
      import(${JSON.stringify(`${__dirname}/../../dist/index.js`)}).then(({ subprocessShell, SubprocessProtocol }) =>
        subprocessShell(() => new SubprocessProtocol(), 'readlink /proc/self/fd/40', { stdout: null }))`;
    const child = await exec('/bin/bash', ['-c', 'exec 40</dev/zero; exec "$0" -e "$1"', process.execPath, program]);
    expect((await finish(child)).stdout).toBe('/dev/zero\n');
  });

  it('lacks realtimeSignals: death by signal 34 reads as an exit with 0', async () => {
    const { protocol, transport } = await exec('sleep', ['60'], { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL });
    transport.sendSignal(34);
    await protocol.lost;
    expect(transport.getReturncode()).toBe(0);
  });

  it('lacks processGroup: the option is refused, and nothing starts', async () => {
    const creation = subprocessExec(() => new RecordingProtocol(), 'true', [], { processGroup: 0 });
    await expect(creation).rejects.toBeInstanceOf(NotSupportedError);
    await expect(creation).rejects.toMatchObject({ capability: 'processGroup' });
  });

  it('lacks pipeSize: the option is refused, and nothing starts', async () => {
    const creation = subprocessExec(() => new RecordingProtocol(), 'true', [], { pipeSize: 65_536 });
    await expect(creation).rejects.toMatchObject({ name: 'NotSupportedError', capability: 'pipeSize' });
  });

  it('lacks readInto: its outputs do not offer it, and a buffered protocol is served all the same', async () => {
    const request = spawnRequest('true');
    const handle = nodeBackend.spawn(request);
    expect([...handle.outputs.values()].map((output) => 'readInto' in output)).toEqual([false, false]);
    const ended = [...handle.outputs.values()].map((output) => new Promise((resolve) => output.on('close', resolve)));
    handle.outputs.forEach((output) => {
      output.resume();
    });
    handle.stdin?.destroy();
    await Promise.all([...ended, new Promise((resolve) => handle.on('exit', resolve))]);

    const room = new Uint8Array(4);
    const taken: string[] = [];
    const protocol = Object.assign(new RecordingProtocol(), {
      getBuffer: () => room,
      bufferUpdated: (fd: number, nbytes: number) => {
        taken.push(`${fd}:${Buffer.from(room.subarray(0, nbytes)).toString()}`);
      },
    });
    await subprocessExec(() => protocol, 'printf', ['%s', 'abcdef']);
    await protocol.lost;
    expect(taken).toEqual(['1:abcd', '1:ef']);
  });

  it('lacks real pipes: they are refused by name, as an option and in a request', async () => {
    const refusal = { name: 'NotSupportedError', capability: 'pipes' };
    const creation = subprocessExec(() => new RecordingProtocol(), 'true', [], { pipes: 'pipe' });
    await expect(creation).rejects.toMatchObject(refusal);
    expect(() => nodeBackend.spawn(spawnRequest('true', { pipes: 'pipe' }))).toThrow(expect.objectContaining(refusal));
    const { protocol } = await exec('true', [], { pipes: 'socket' });
    await protocol.lost;
  });

  it('lacks bytes: they are refused by name, as arguments and in a request', async () => {
    const bytes = Uint8Array.of(0x61, 0xff);
    const refusal = { name: 'NotSupportedError', capability: 'bytes' };
    const creation = subprocessExec(() => new RecordingProtocol(), 'true', [bytes]);
    await expect(creation).rejects.toMatchObject(refusal);
    expect(() => nodeBackend.spawn(spawnRequest('true', { args: [bytes] }))).toThrow(expect.objectContaining(refusal));
  });

  it('lacks createPipe: an end of such a pipe is refused by name', () => {
    expect('createPipe' in nodeBackend).toBe(false);
    const stdio = new Map<number, StdioSlot>([...MERGED, [2, { kind: 'end', end: new ForeignEnd() }]]);
    expect(() => nodeBackend.spawn(spawnRequest('true', { stdio }))).toThrow(
      expect.objectContaining({ name: 'NotSupportedError', capability: 'createPipe' }),
    );
  });

  it('has synchronousSpawn, but not with one pipe at both outputs', async () => {
    expect(() => nodeBackend.spawn(spawnRequest('true', { synchronous: true, stdio: MERGED }))).toThrow(
      expect.objectContaining({ name: 'NotSupportedError', capability: 'synchronousSpawn' }),
    );
    expect(() => nodeBackend.spawn(spawnRequest('/no/such', { synchronous: true }))).toThrow(
      expect.objectContaining({ name: 'SpawnError', code: 'ENOENT' }),
    );
    const stdio = new Map([0, 1, 2].map((fd) => [fd, { kind: 'null' as const }]));
    const handle = nodeBackend.spawn(spawnRequest('true', { synchronous: true, stdio }));
    expect(handle.pid).toBeGreaterThan(0);
    await new Promise((resolve) => handle.on('exit', resolve));
  });

  it('loses no pid of a child that has ended', async () => {
    const stdio = new Map([0, 1, 2].map((fd) => [fd, { kind: 'null' as const }]));
    const handle = nodeBackend.spawn(spawnRequest('true', { stdio }));
    const pid = await new Promise((resolve) => handle.on('spawn', resolve));
    await new Promise((resolve) => handle.on('exit', resolve));
    expect(handle.pid).toBe(pid);
  });

  it('lacks loss: killing a child is an exit', async () => {
    const { protocol, transport } = await exec('sleep', ['60']);
    transport.kill();
    await protocol.lost;
    expect(protocol.lines).toContain('exited');
    expect(transport.getExtraInfo('backend')).toBe('node');
  });

  it('has stdinPeerClose, pids, newSession and group signals', async () => {
    const { protocol, transport } = await shell('exec 0<&-; exec sleep 60', { startNewSession: true });
    await protocol.until(() => protocol.lines.includes('lost:0'));
    expect(transport.getPid()).toBeGreaterThan(0);
    transport.sendSignal(0, 'group');
    transport.sendSignal('SIGINT', 'group');
    await protocol.lost;
    expect(transport.getReturncode()).toBe(-2);
  });
});
