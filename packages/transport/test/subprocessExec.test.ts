/** Creation over a backend of the test; no process is started. */
import { describe, expect, it } from '@jest/globals';
import { bindBackend } from '../src/bindBackend.js';
import { SpawnError } from '../src/contract/errors.js';
import type { SubprocessProtocol } from '../src/contract/protocols.js';
import { subprocessExec } from '../src/subprocessExec.js';
import { subprocessShell } from '../src/subprocessShell.js';
import type { SubprocessTransport } from '../src/contract/transports.js';
import { RecordingProtocol, settle } from './helpers/recordingProtocol.js';
import { StubBackend, StubChild } from './helpers/stubChild.js';

const failure = new SpawnError('ENOENT', { stage: 'lookup', program: 'nope', path: 'nope', reason: 'not there' });

describe('creating a child', () => {
  it('calls the factory before the backend, and resolves after connectionMade with transport and protocol', async () => {
    const log: string[] = [];
    const child = new StubChild();
    const backend = new StubBackend(() => {
      log.push('spawn');
      return child;
    });
    const protocol = new RecordingProtocol();
    const factory = (): RecordingProtocol => {
      log.push('factory');
      return protocol;
    };
    const creation = subprocessExec(factory, 'stub', [], { backend }).then((made) => {
      log.push('resolved');
      return made;
    });
    expect(log).toEqual(['factory', 'spawn']);
    await settle();
    expect(log).toEqual(['factory', 'spawn']);
    protocol.hooks.set('made', () => log.push('made'));
    child.started();
    const [transport, made] = await creation;
    expect(log).toEqual(['factory', 'spawn', 'made', 'resolved']);
    expect(made).toBe(protocol);
    expect(protocol.transport).toBe(transport);
  });

  it('succeeds although connectionMade threw', async () => {
    const child = new StubChild({ stdin: false, outputs: [1] });
    const reported: string[] = [];
    const protocol = new RecordingProtocol();
    protocol.hooks.set('made', () => {
      throw new Error('mine');
    });
    const creation = subprocessExec(() => protocol, 'stub', [], {
      backend: new StubBackend(child),
      onCallbackError: (error) => reported.push(error.message),
    });
    child.started();
    await creation;
    expect(reported).toEqual(['protocol.connectionMade() failed: mine']);
    expect(child.output(1).flowing).toBe(true);
  });

  it('takes an object literal as a protocol', async () => {
    const child = new StubChild({ stdin: false, outputs: [1] });
    const log: string[] = [];
    const add =
      (line: string) =>
      (...details: unknown[]): void => {
        log.push([line, ...details.filter((detail) => typeof detail === 'number')].join(':'));
      };
    const literal: SubprocessProtocol = {
      connectionMade: (_: SubprocessTransport) => log.push('made'),
      connectionLost: add('lost'),
      pauseWriting: add('pause'),
      resumeWriting: add('resume'),
      pipeDataReceived: add('data'),
      pipeConnectionLost: add('lost'),
      processExited: add('exited'),
    };
    const creation = subprocessExec(() => literal, 'stub', [], { backend: new StubBackend(child) });
    child.started();
    await creation;
    child.output(1).data('x');
    child.finishPipes();
    child.exited(0);
    await settle();
    expect(log).toEqual(['made', 'data:1', 'lost:1', 'exited', 'lost']);
  });
});

describe('a creation that fails', () => {
  async function expectNothingCalled(
    start: (protocol: RecordingProtocol) => Promise<unknown>,
    error: unknown,
  ): Promise<void> {
    const protocol = new RecordingProtocol();
    await expect(start(protocol)).rejects.toBe(error);
    await settle();
    expect(protocol.lines).toEqual([]);
  }

  it('rejects with what the factory threw and starts nothing', async () => {
    const backend = new StubBackend(new StubChild());
    const mine = new Error('mine');
    const creation = subprocessExec(
      () => {
        throw mine;
      },
      'stub',
      [],
      { backend },
    );
    await expect(creation).rejects.toBe(mine);
    expect(backend.requests).toEqual([]);
  });

  it('rejects with what spawn() threw', async () => {
    const backend = new StubBackend(() => {
      throw failure;
    });
    await expectNothingCalled((protocol) => subprocessExec(() => protocol, 'nope', [], { backend }), failure);
  });

  it('rejects with the error event', async () => {
    const child = new StubChild();
    const backend = new StubBackend(child);
    await expectNothingCalled((protocol) => {
      const creation = subprocessExec(() => protocol, 'nope', [], { backend });
      child.emit('error', failure);
      return creation;
    }, failure);
  });

  it('rejects with the error event also while an abort signal is watched, and leaves no listener on it', async () => {
    const child = new StubChild();
    const backend = new StubBackend(child);
    const controller = new AbortController();
    // As from another realm: an error that is no instance of this realm's Error.
    const foreign = Object.create(null) as Error;
    await expectNothingCalled((protocol) => {
      const creation = subprocessExec(() => protocol, 'nope', [], { backend, signal: controller.signal });
      child.emit('error', foreign);
      return creation;
    }, foreign);
    controller.abort();
    expect(child.kills).toEqual([]);
  });

  it.each([
    'connectionMade',
    'connectionLost',
    'pauseWriting',
    'resumeWriting',
    'pipeDataReceived',
    'pipeConnectionLost',
    'processExited',
  ] as const)('rejects a protocol without %s() before anything is started', async (name) => {
    const backend = new StubBackend(new StubChild());
    const protocol = new RecordingProtocol();
    Object.defineProperty(protocol, name, { value: undefined });
    await expect(subprocessExec(() => protocol, 'stub', [], { backend })).rejects.toThrow(`no method ${name}()`);
    expect(backend.requests).toEqual([]);
  });

  it.each([
    ['getBuffer', 'bufferUpdated'],
    ['bufferUpdated', 'getBuffer'],
  ] as const)('rejects a protocol with %s() and without %s()', async (name, missing) => {
    const protocol = Object.assign(new RecordingProtocol(), { [name]: () => new Uint8Array(1) });
    const backend = new StubBackend(new StubChild());
    await expect(subprocessExec(() => protocol, 'stub', [], { backend })).rejects.toThrow(`no method ${missing}()`);
    expect(backend.requests).toEqual([]);
  });

  it.each([null, undefined, 5])('rejects %p as a protocol', async (nothing) => {
    const factory = (): SubprocessProtocol => nothing as unknown as SubprocessProtocol;
    const backend = new StubBackend(new StubChild());
    await expect(subprocessExec(factory, 'stub', [], { backend })).rejects.toThrow(TypeError);
  });
});

describe('subprocessShell', () => {
  it('gives the command to /bin/sh as it is', async () => {
    const backend = new StubBackend(() => {
      throw failure;
    });
    await expect(subprocessShell(() => new RecordingProtocol(), 'echo "$HOME" | cat', { backend })).rejects.toBe(
      failure,
    );
    expect(backend.requests[0]).toMatchObject({ program: '/bin/sh', args: ['-c', 'echo "$HOME" | cat'] });
  });

  // test_subprocess_shell_invalid_args
  it.each([[['ls']], [5], [null], [undefined]])('refuses %p as a command', async (command) => {
    const creation = subprocessShell(() => new RecordingProtocol(), command as unknown as string);
    await expect(creation).rejects.toThrow(TypeError);
  });

  it('refuses a NUL byte without showing the command', async () => {
    const creation = subprocessShell(() => new RecordingProtocol(), 'secret\0');
    await expect(creation).rejects.toMatchObject({ code: 'ERR_INVALID_VALUE' });
    await expect(creation).rejects.not.toThrow('secret');
  });

  it.each(['universal_newlines', 'bufsize', 'shell'])('refuses the option %s', async (name) => {
    const creation = subprocessShell(() => new RecordingProtocol(), 'true', { [name]: true });
    await expect(creation).rejects.toThrow(`unknown option "${name}"`);
  });
});

describe('bindBackend', () => {
  const refusing = (): StubBackend =>
    new StubBackend(() => {
      throw failure;
    });

  it('fills the backend in, unless a call names another', async () => {
    const [bound, named] = [refusing(), refusing()];
    const run = bindBackend(bound);
    const factory = (): RecordingProtocol => new RecordingProtocol();
    await expect(run.subprocessExec(factory, 'a')).rejects.toBe(failure);
    await expect(run.subprocessShell(factory, 'b')).rejects.toBe(failure);
    await expect(run.subprocessExec(factory, 'c', [], { backend: named })).rejects.toBe(failure);
    await expect(run.subprocessShell(factory, 'd', { backend: named })).rejects.toBe(failure);
    expect(
      [bound, named].map((backend) => backend.requests.map((request) => request.args.at(-1) ?? request.program)),
    ).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('does not take a backend from a polluted Object.prototype', async () => {
    const [bound, stranger] = [refusing(), refusing()];
    Object.defineProperty(Object.prototype, 'backend', { value: stranger, configurable: true });
    try {
      const run = bindBackend(bound);
      await expect(run.subprocessExec(() => new RecordingProtocol(), 'a', [], {})).rejects.toBe(failure);
      await expect(run.subprocessShell(() => new RecordingProtocol(), 'a', {})).rejects.toBe(failure);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'backend');
    }
    expect([bound.requests.length, stranger.requests.length]).toEqual([2, 0]);
  });

  it('takes undefined for not named', async () => {
    const bound = refusing();
    const options = { backend: undefined } as unknown as Parameters<typeof subprocessShell>[2];
    await expect(bindBackend(bound).subprocessExec(() => new RecordingProtocol(), 'a', [], options)).rejects.toBe(
      failure,
    );
    await expect(bindBackend(bound).subprocessShell(() => new RecordingProtocol(), 'a', options)).rejects.toBe(failure);
    expect(bound.requests).toHaveLength(2);
  });
});
