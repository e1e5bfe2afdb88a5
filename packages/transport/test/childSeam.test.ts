/** What the transport makes of the newer parts of the seam: abandon, queued signals, scopes, the end in detail, ref. */
import { describe, expect, it, jest } from '@jest/globals';
import { ProcessLookupError } from '../src/contract/errors.js';
import type { SignalFailure } from '../src/contract/signals.js';
import { subprocessExec } from '../src/subprocessExec.js';
import { RecordingProtocol, settle } from './helpers/recordingProtocol.js';
import { startStub } from './helpers/started.js';
import { StubBackend, StubChild } from './helpers/stubChild.js';

describe('close() on a running child', () => {
  it('sends the signal before it closes the pipes', async () => {
    const { child, transport } = await startStub();
    const log: string[] = [];
    child.onKill = () => {
      log.push('kill', ...child.input.calls, ...child.output(1).calls.filter((call) => call === 'close'));
      return 'sent';
    };
    transport.close();
    expect(log).toEqual(['kill']);
    expect([child.kills, child.input.calls]).toEqual([['SIGKILL'], ['end']]);
    expect(child.output(1).calls).toContain('close');
  });

  it('waits with the pipes until a queued signal has ended the child', async () => {
    const { child, transport } = await startStub();
    child.onKill = () => 'queued';
    transport.close();
    expect([transport.isClosing(), child.input.calls]).toEqual([true, []]);
    child.exited(-9);
    expect(child.input.calls).toEqual(['end']);
  });

  it('closes the pipes when a queued signal turns out not to be deliverable', async () => {
    const protocol = Object.assign(new RecordingProtocol(), { signalFailed: () => undefined });
    const child = new StubChild();
    const creation = subprocessExec(() => protocol, 'stub', [], { backend: new StubBackend(child) });
    child.started();
    const [transport] = await creation;
    child.onKill = () => 'queued';
    transport.close();
    child.emit('killFailed', { signal: 'SIGKILL', scope: 'process', error: new Error('no such job') });
    expect(child.input.calls).toEqual(['end']);
  });
});

describe('a queued signal that was not delivered', () => {
  const failure: SignalFailure = { signal: 'SIGTERM', scope: 'process', error: new Error('the job is gone') };

  it('is told to a protocol that wants to know', async () => {
    const told: SignalFailure[] = [];
    const protocol = Object.assign(new RecordingProtocol(), { signalFailed: (one: SignalFailure) => told.push(one) });
    const child = new StubChild();
    const creation = subprocessExec(() => protocol, 'stub', [], { backend: new StubBackend(child) });
    child.emit('killFailed', failure);
    expect(told).toEqual([]);
    child.started();
    await creation;
    expect(told).toEqual([failure]);
  });

  it('is a warning of the process where nobody does', async () => {
    const { child, transport } = await startStub();
    const emitWarning = jest.spyOn(process, 'emitWarning').mockReturnValue(undefined);
    child.onKill = () => 'queued';
    transport.terminate();
    child.emit('killFailed', failure);
    const warnings = emitWarning.mock.calls;
    emitWarning.mockRestore();
    expect(warnings).toEqual([
      [expect.stringContaining('the job is gone'), { type: 'SubwireWarning', code: 'SUBWIRE_SIGNAL_FAILED' }],
    ]);
  });
});

describe('a group', () => {
  it('is signalled through the handle also after its leader ended, and the leader is not', async () => {
    const { child, transport } = await startStub();
    child.exited(0);
    expect(() => {
      transport.sendSignal('SIGTERM');
    }).toThrow(ProcessLookupError);
    transport.sendSignal('SIGTERM', 'group');
    transport.sendSignal('SIGKILL', 'tree');
    expect(child.kills).toEqual(['group:SIGTERM', 'tree:SIGKILL']);
    child.onKill = () => 'gone';
    expect(() => {
      transport.sendSignal('SIGTERM', 'group');
    }).toThrow(ProcessLookupError);
  });
});

describe('the end of a child', () => {
  it('is told in detail by getExtraInfo("exit"), once it is known', async () => {
    const { child, transport } = await startStub();
    expect(transport.getExtraInfo('exit', 'not yet')).toBe('not yet');
    const end = { returncode: -6, coreDumped: true, detail: 'out of time' };
    child.emit('exit', end);
    expect([transport.getExtraInfo('exit'), transport.getReturncode()]).toEqual([end, -6]);
  });
});

describe('ref() and unref()', () => {
  it('are the handle’s', async () => {
    const { child, transport } = await startStub();
    transport.unref();
    transport.ref();
    expect(child.refs).toEqual(['unref', 'ref']);
  });
});

describe('an abort before the start', () => {
  it('rejects at once if the backend takes the creation back, and sends no signal', async () => {
    const child = new StubChild();
    child.takesBack = true;
    const controller = new AbortController();
    const protocol = new RecordingProtocol();
    const { signal } = controller;
    const creation = subprocessExec(() => protocol, 'stub', [], { backend: new StubBackend(child), signal });
    controller.abort(new Error('not needed any more'));
    await expect(creation).rejects.toThrow('not needed any more');
    await settle();
    expect([child.abandoned, child.kills, protocol.lines]).toEqual([1, [], []]);
  });

  it('kills the child before it drops its pipes if the start is under way', async () => {
    const child = new StubChild();
    const controller = new AbortController();
    const { signal } = controller;
    const backend = new StubBackend(child);
    const creation = subprocessExec(() => new RecordingProtocol(), 'stub', [], { backend, signal });
    controller.abort(new Error('not needed any more'));
    const log: string[] = [];
    child.onKill = () => {
      log.push('kill', ...child.input.calls);
      return 'sent';
    };
    child.started();
    expect([log, child.input.calls]).toEqual([['kill'], ['destroy']]);
    child.exited(-9);
    await expect(creation).rejects.toThrow('not needed any more');
  });
});
