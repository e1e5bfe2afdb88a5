/** Signalling and closing, over a stub child. */
import { describe, expect, it } from '@jest/globals';
import { NotSupportedError, ProcessLookupError, SubprocessError, ValueError } from '../src/contract/errors.js';
import type { Signal } from '../src/contract/signals.js';
import { startStub } from './helpers/started.js';

describe('signals to a child', () => {
  it('are handed down with their scope', async () => {
    const { child, transport } = await startStub();
    transport.terminate();
    transport.kill();
    transport.sendSignal(0);
    transport.sendSignal('SIGHUP', 'group');
    expect(child.kills).toEqual(['SIGTERM', 'SIGKILL', '0', 'group:SIGHUP']);
  });

  it.each(['SIGNOPE', -1, 65, 1.5, null])('are refused as %p before anything is asked of the backend', async (bad) => {
    const { child, transport } = await startStub();
    expect(() => {
      transport.sendSignal(bad as Signal);
    }).toThrow(ValueError);
    expect(child.kills).toEqual([]);
  });

  it('throw what the backend throws', async () => {
    const { child, transport } = await startStub();
    child.onKill = () => {
      throw new NotSupportedError('signals', 'no signals here');
    };
    expect(() => {
      transport.kill();
    }).toThrow(NotSupportedError);
  });

  it('throw ProcessLookupError when the backend finds nobody to receive them', async () => {
    const { child, transport } = await startStub();
    child.onKill = () => 'gone';
    expect(() => {
      transport.kill();
    }).toThrow(ProcessLookupError);
  });

  it('throw ProcessLookupError already inside processExited', async () => {
    const { child, protocol, transport, errors } = await startStub();
    protocol.hooks.set('exited', () => {
      transport.kill();
    });
    child.exited(0);
    expect(errors.map((error) => error.cause)).toEqual([expect.any(ProcessLookupError)]);
    expect(child.kills).toEqual([]);
  });
});

describe('closing the transport of a child', () => {
  it('ends the input, closes the outputs and kills, once; all callbacks still come', async () => {
    const { child, protocol, transport } = await startStub();
    transport.close();
    transport.close();
    expect(transport.isClosing()).toBe(true);
    expect([child.input.calls, child.output(1).calls, child.kills]).toEqual([
      ['end'],
      ['resume', 'close'],
      ['SIGKILL'],
    ]);
    expect(protocol.lines).toEqual(['made']);
    child.finishPipes();
    child.exited(-9);
    await protocol.lost;
    expect(protocol.lines).toEqual(['made', 'lost:0', 'lost:1', 'lost:2', 'exited', 'lost']);
  });

  // test_close_dont_kill_finished
  it('does not kill a child whose end is known', async () => {
    const { child, transport } = await startStub();
    child.exited(0);
    transport.close();
    expect(child.kills).toEqual([]);
    expect(child.output(1).calls).toEqual(['resume', 'close']);
  });

  it('is allowed inside connectionMade', async () => {
    const { child, protocol } = await startStub({}, {}, (_, recording) => {
      recording.hooks.set('made', () => {
        recording.transport.close();
      });
    });
    expect([child.output(1).calls, child.kills]).toEqual([['close'], ['SIGKILL']]);
    child.finishPipes();
    child.exited(-9);
    await protocol.lost;
    expect(protocol.lines).toEqual(['made', 'lost:0', 'lost:1', 'lost:2', 'exited', 'lost']);
  });

  it('never throws, even if the child may not be killed', async () => {
    const { child, transport } = await startStub();
    child.onKill = () => {
      throw new SubprocessError('EPERM', 'not yours');
    };
    transport.close();
    expect(child.input.calls).toEqual(['end']);
  });
});
