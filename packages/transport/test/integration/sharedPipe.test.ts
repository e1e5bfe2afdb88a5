/** `stderr: STDOUT` on the node backend: one pair of sockets of our own at both outputs. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { connectPair, type SocketPair } from '../../src/node/socketPair.js';
import { DEVNULL, STDOUT } from '../../src/contract/stdio.js';
import { subprocessExec } from '../../src/subprocessExec.js';
import { childStates, exec, finish, openFds, shell } from '../helpers/realChild.js';
import { RecordingProtocol } from '../helpers/recordingProtocol.js';

/** Names under which a socket of ours listens. An accepted socket keeps the name of its server, and cannot be connected to. */
function ourNames(): string[] {
  const listening = / 00010000 .* @(subwire-[0-9a-f]+)@*$/gm;
  return [...readFileSync('/proc/net/unix', 'latin1').matchAll(listening)].map(([, name]) => name ?? '');
}

function pair(): Promise<SocketPair> {
  return new Promise((resolve, reject) => {
    connectPair({ onPair: resolve, onFailed: reject });
  });
}

describe('a child with stderr STDOUT', () => {
  it('writes both outputs in order into one pipe, and reads its input', async () => {
    const child = await shell('read line; echo out; echo err >&2; echo $line', { stderr: STDOUT });
    child.transport.getPipeTransport(0)?.write(Buffer.from('in\n'));
    expect((await finish(child)).stdout).toBe('out\nerr\nin\n');
  });

  it('is the program itself under its own name, with every variable', async () => {
    const env = { 'a.b': '1', 'BASH_FUNC_x%%': '() { :; }', PWD: '/stale' };
    const cmdline = await exec('cat', ['/proc/self/cmdline', '/proc/self/environ'], {
      env: { PATH: '/bin:/usr/bin', ...env },
      stderr: STDOUT,
    });
    const { stdout } = await finish(cmdline);
    expect(stdout.split('\0')).toEqual([
      'cat',
      '/proc/self/cmdline',
      '/proc/self/environ',
      'PATH=/bin:/usr/bin',
      'a.b=1',
      'BASH_FUNC_x%%=() { :; }',
      'PWD=/stale',
      '',
    ]);
  });

  it('that is taken back before its turn never runs, and leaves nothing', async () => {
    const before = openFds();
    const controller = new AbortController();
    const protocols: RecordingProtocol[] = [];
    const started = Array.from({ length: 20 }, () =>
      subprocessExec(
        () => {
          const protocol = new RecordingProtocol();
          protocols.push(protocol);
          return protocol;
        },
        'sleep',
        ['61'],
        { stdin: DEVNULL, stderr: STDOUT, signal: controller.signal },
      ),
    );
    controller.abort(new Error('enough'));
    for (const creation of started) {
      await expect(creation).rejects.toThrow('enough');
    }
    // A pair that is made now comes after all that may still be under way.
    const { ours, theirs } = await pair();
    ours.destroy();
    theirs.destroy();
    await new Promise((resolve) => setImmediate(resolve));
    expect(childStates()).toEqual([]);
    expect(protocols.flatMap(({ lines }) => lines)).toEqual([]);
    expect(ourNames()).toEqual([]);
    expect(openFds()).toBe(before);
  });

  it('has further outputs as any other', async () => {
    const child = await shell('echo three >&3; echo two >&2', { stderr: STDOUT, extraFds: { 3: -1 } });
    await finish(child);
    expect(child.protocol.text(3)).toBe('three\n');
    expect(child.protocol.text(1)).toBe('two\n');
  });

  it('starts in the directory and with the environment of the call', async () => {
    const here = process.cwd();
    process.env['SUBWIRE_MOMENT'] = 'then';
    const starting = shell('pwd -P; echo $SUBWIRE_MOMENT', { stderr: STDOUT });
    process.env['SUBWIRE_MOMENT'] = 'now';
    process.chdir('/');
    const child = await starting;
    process.chdir(here);
    delete process.env['SUBWIRE_MOMENT'];
    expect((await finish(child)).stdout).toBe(`${here}\nthen\n`);
  });

  it('that cannot be started leaves nothing', async () => {
    const before = openFds();
    for (const [program, args] of [
      ['/no/such', []],
      ['/bin/true', ['x'.repeat(200_000)]],
      ['no-such-name', []],
    ] as const) {
      const creation = subprocessExec(() => new RecordingProtocol(), program, args, { stdin: DEVNULL, stderr: STDOUT });
      await expect(creation).rejects.toMatchObject({ name: 'SpawnError' });
    }
    expect(openFds()).toBe(before);
    expect(ourNames()).toEqual([]);
  });

  it('sees the context of its creation', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    class Watching extends RecordingProtocol {
      override connectionMade(): void {
        seen.push(storage.getStore());
      }

      override pipeDataReceived(): void {
        seen.push(storage.getStore());
      }

      override connectionLost(): void {
        seen.push(storage.getStore());
        ended();
      }
    }
    let ended = (): void => undefined;
    const over = new Promise<void>((resolve) => {
      ended = resolve;
    });
    await storage.run('creation', () =>
      subprocessExec(() => new Watching(), '/bin/echo', ['hi'], { stdin: DEVNULL, stderr: STDOUT }),
    );
    await over;
    expect(seen).toEqual(['creation', 'creation', 'creation']);
  });
});

describe('a connected pair', () => {
  it('is connected, and leaves no server and no name', async () => {
    const before = openFds();
    const { ours, theirs } = await pair();
    expect(ourNames()).toEqual([]);
    theirs.write('hello');
    const chunk = await new Promise<Buffer>((resolve) => ours.once('data', resolve).resume());
    expect(chunk.toString()).toBe('hello');
    for (const socket of [ours, theirs]) {
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.destroy();
      await closed;
    }
    expect(openFds()).toBe(before);
  });

  it('is never made with a stranger, who is dropped', async () => {
    const ended: Promise<unknown>[] = [];
    const made = pair();
    const [name] = ourNames();
    for (const token of ['', 'x'.repeat(32), 'short']) {
      const stranger = connect({ path: `\0${name}` });
      stranger.on('error', () => undefined);
      ended.push(new Promise((resolve) => stranger.once('close', resolve)));
      stranger.resume();
      stranger.write(token);
    }
    expect(name).toMatch(/^subwire-/);
    const { ours, theirs } = await made;
    await Promise.all(ended);
    theirs.end('proof');
    const chunk = await new Promise<Buffer>((resolve) => ours.once('data', resolve).resume());
    expect(chunk.toString()).toBe('proof');
    ours.destroy();
    theirs.destroy();
  });

  it('that is taken back leaves nothing and says nothing', async () => {
    const before = openFds();
    const said: string[] = [];
    const cancel = connectPair({
      onPair: () => said.push('pair'),
      onFailed: () => said.push('failed'),
    });
    cancel();
    await pair().then(({ ours, theirs }) => {
      ours.destroy();
      theirs.destroy();
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(said).toEqual([]);
    expect(openFds()).toBe(before);
    expect(ourNames()).toEqual([]);
  });
});
