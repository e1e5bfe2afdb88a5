/** The link to the child dies: design, section 3, "Loss". */
import { describe, expect, it } from '@jest/globals';
import { TransportLostError } from '../src/contract/errors.js';
import { bytes } from './helpers/bytes.js';
import { RecordingProtocol } from './helpers/recordingProtocol.js';
import { startStub } from './helpers/started.js';
import { StubBackend, StubChild } from './helpers/stubChild.js';
import { subprocessExec } from '../src/subprocessExec.js';

const lostWhileRunning = new TransportLostError('the link died', { phase: 'running', mayStillRun: true });

describe('a lost link', () => {
  it('is told to every open pipe, stdin included, and to the transport; there is no exit', async () => {
    const { child, protocol, transport } = await startStub({ outputs: [1, 2, 3] });
    child.output(2).finish();
    child.emit('lost', lostWhileRunning);
    child.finishPipes();
    await protocol.lost;
    expect(protocol.lines).toEqual([
      'made',
      'lost:2',
      'lost:0:TransportLostError',
      'lost:1:TransportLostError',
      'lost:3:TransportLostError',
      'lost:TransportLostError',
    ]);
    expect(transport.getReturncode()).toBeNull();
    expect([child.input.calls, child.output(1).calls]).toEqual([['destroy'], ['resume', 'close']]);
  });

  it('is the error of later signals, and kills nothing', async () => {
    const { child, protocol, transport } = await startStub();
    child.emit('lost', lostWhileRunning);
    expect(() => {
      transport.kill();
    }).toThrow(lostWhileRunning);
    transport.close();
    child.finishPipes();
    await protocol.lost;
    expect(child.kills).toEqual([]);
  });

  it('drops input that was on its way with the reason, and later writes silently', async () => {
    const { child, protocol } = await startStub();
    const { stdin } = protocol;
    stdin.write(bytes('abc'));
    child.emit('lost', lostWhileRunning);
    stdin.write(bytes('def'));
    child.finishPipes();
    await protocol.lost;
    expect(child.input.text).toBe('abc');
    expect(protocol.lines).toContain('lost:0:TransportLostError');
    expect(stdin.getWriteBufferSize()).toBe(0);
  });

  it('comes after the end of the pipes as well', async () => {
    const { child, protocol } = await startStub();
    child.finishPipes();
    child.emit('lost', lostWhileRunning);
    await protocol.lost;
    expect(protocol.lines).toEqual(['made', 'lost:0', 'lost:1', 'lost:2', 'lost:TransportLostError']);
  });

  it('rejects a creation that was not through yet, and calls nothing', async () => {
    const child = new StubChild();
    const protocol = new RecordingProtocol();
    const creation = subprocessExec(() => protocol, 'stub', [], { backend: new StubBackend(child) });
    const error = new TransportLostError('the link died', { phase: 'starting', mayStillRun: false });
    child.emit('lost', error);
    await expect(creation).rejects.toBe(error);
    expect(protocol.lines).toEqual([]);
  });
});
