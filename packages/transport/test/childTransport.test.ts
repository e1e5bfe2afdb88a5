import { describe, expect, it } from '@jest/globals';
import { ProcessLookupError, SubprocessError } from '../src/contract/errors.js';
import { bytes } from './helpers/bytes.js';
import { RecordingProtocol, settle } from './helpers/recordingProtocol.js';
import { startStub } from './helpers/started.js';

describe('the callbacks of a child', () => {
  it('come in the order of the events, the loss of the transport last', async () => {
    const { child, protocol } = await startStub();
    child.output(1).data('out');
    child.output(2).data('err');
    child.output(1).finish();
    child.exited(3);
    child.output(2).finish();
    child.input.finish();
    await protocol.lost;
    expect(protocol.lines).toEqual([
      'made',
      'data:1:out',
      'data:2:err',
      'lost:1',
      'exited',
      'lost:2',
      'lost:0',
      'lost',
    ]);
  });

  // test_proc_exited
  it('are made, exited and lost for a child without pipes; closing and signalling come to nothing afterwards', async () => {
    const { child, protocol, transport } = await startStub({ stdin: false, outputs: [] });
    child.exited(6);
    await protocol.lost;
    expect(protocol.lines).toEqual(['made', 'exited', 'lost']);
    expect(transport.getReturncode()).toBe(6);
    expect(transport.isClosing()).toBe(true);
    expect(transport.getProtocol()).toBeNull();
    for (const signal of [
      () => {
        transport.sendSignal('SIGHUP');
      },
      () => {
        transport.terminate();
      },
      () => {
        transport.kill();
      },
    ]) {
      expect(signal).toThrow(ProcessLookupError);
    }
    transport.close();
    await settle();
    expect(child.kills).toEqual([]);
    expect(protocol.lines).toEqual(['made', 'exited', 'lost']);
  });

  it('deliver the exit at once although pipes are still open', async () => {
    const { child, protocol, transport } = await startStub();
    child.exited(0);
    await settle();
    expect(protocol.lines).toEqual(['made', 'exited']);
    expect(transport.getReturncode()).toBe(0);
    child.output(1).data('from a grandchild');
    expect(protocol.lines).toContain('data:1:from a grandchild');
    expect(child.output(1).calls).toEqual(['resume']);
  });

  it('wait for connectionMade when the child was faster', async () => {
    const { protocol, transport } = await startStub({}, {}, (child, recording) => {
      recording.hooks.set('made', () => {
        recording.log.add(`returncode ${recording.transport.getReturncode()}`);
      });
      // A backend that notices the end before it could say that the child was started.
      child.beforeStart = () => {
        child.finishPipes();
        child.exited(7);
      };
    });
    await protocol.lost;
    expect(protocol.lines).toEqual(['made', 'returncode 7', 'lost:0', 'lost:1', 'lost:2', 'exited', 'lost']);
    expect(transport.getReturncode()).toBe(7);
  });

  it('carry the error of a pipe that failed; the final one carries none', async () => {
    const { child, protocol } = await startStub();
    child.output(1).finish(new SubprocessError('EIO', 'broken'));
    child.input.write(bytes('x'), () => undefined);
    protocol.stdin.write(bytes('rest'));
    child.input.finish();
    child.output(2).finish();
    child.exited(0);
    await protocol.lost;
    expect(protocol.lines).toEqual([
      'made',
      'lost:1:SubprocessError',
      'lost:0:BrokenPipeError',
      'lost:2',
      'exited',
      'lost',
    ]);
  });

  it('forward the flow control of stdin on the stack of the write', async () => {
    const { child, protocol } = await startStub();
    protocol.stdin.setWriteBufferLimits({ high: 2 });
    protocol.stdin.write(bytes('abc'));
    expect(protocol.lines).toEqual(['made', 'pause']);
    child.input.flush();
    expect(protocol.lines).toEqual(['made', 'pause', 'resume']);
  });

  it('all come although each of them throws, and each throw is reported', async () => {
    const names = ['made', 'data:1:x', 'lost:0', 'lost:1', 'lost:2', 'exited', 'pause', 'resume', 'lost'];
    const { child, protocol, errors } = await startStub({}, {}, (_, recording) => {
      for (const name of names) {
        recording.hooks.set(name, () => {
          throw new Error(name);
        });
      }
    });
    protocol.stdin.setWriteBufferLimits({ high: 0 });
    protocol.stdin.write(bytes('a'));
    child.input.flush();
    child.output(1).data('x');
    child.finishPipes();
    child.exited(0);
    await protocol.lost;
    expect(protocol.lines).toEqual([
      'made',
      'pause',
      'resume',
      'data:1:x',
      'lost:0',
      'lost:1',
      'lost:2',
      'exited',
      'lost',
    ]);
    expect(errors.map((error) => error.callback)).toEqual([
      'connectionMade',
      'pauseWriting',
      'resumeWriting',
      'pipeDataReceived',
      'pipeConnectionLost',
      'pipeConnectionLost',
      'pipeConnectionLost',
      'processExited',
      'connectionLost',
    ]);
  });

  it('go to a new protocol after setProtocol', async () => {
    const { child, protocol, transport } = await startStub();
    const second = new RecordingProtocol();
    child.output(1).data('a');
    transport.setProtocol(second);
    expect(transport.getProtocol()).toBe(second);
    child.output(1).data('b');
    child.finishPipes();
    child.exited(0);
    await second.lost;
    expect(protocol.lines).toEqual(['made', 'data:1:a']);
    expect(second.lines).toEqual(['data:1:b', 'lost:0', 'lost:1', 'lost:2', 'exited', 'lost']);
  });
});

describe('the identity of a child', () => {
  it('is the pid that the backend knows, for ever', async () => {
    const { child, protocol, transport } = await startStub();
    child.finishPipes();
    child.exited(0);
    await protocol.lost;
    expect(transport.getPid()).toBe(42);
  });

  it('tells the backend and its clock, and the very default for everything else', async () => {
    const { transport, clock } = await startStub();
    const fallback = {};
    expect(transport.getExtraInfo('backend')).toBe('stub');
    expect(transport.getExtraInfo('clock')).toBe(clock);
    expect(transport.getExtraInfo('subprocess')).toBeNull();
    expect(transport.getExtraInfo('toString', fallback)).toBe(fallback);
  });

  // test_subprocess_close_after_finish
  it('has pipe transports only where there are pipes, and keeps them after their loss', async () => {
    const { child, transport } = await startStub({ stdin: false, outputs: [1, 5] });
    expect([0, 1, 2, 5, -1].map((fd) => transport.getPipeTransport(fd) !== null)).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
    const output = transport.getPipeTransport(1);
    child.output(1).finish();
    expect(transport.getPipeTransport(1)).toBe(output);
  });
});
