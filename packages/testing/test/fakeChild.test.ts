import { describe, expect, it } from '@jest/globals';
import { NotSupportedError, ProcessLookupError, PIPE, STDOUT, DEVNULL } from '@subwire/transport';
import { bytes, failureOf, startByHand } from './helpers/started.js';

describe('output by hand', () => {
  it('comes in the chunks in which it was written', async () => {
    const { backend, child, protocol } = await startByHand();
    void child.write(1, 'one');
    void child.write(1, 'two');
    void child.write(2, 'oops');
    await backend.settle();
    expect(protocol.log).toEqual(['made', 'data:1:one', 'data:2:oops', 'data:1:two']);
    await backend.dispose();
  });

  it('can end early, long before the exit', async () => {
    const { backend, child, protocol } = await startByHand();
    child.closeFd(1);
    await backend.settle();
    expect(protocol.log).toEqual(['made', 'lost:1']);
    child.exit(3);
    await protocol.lost;
    expect(protocol.log.at(-1)).toBe('lost');
    expect(protocol.log).toContain('exited:3');
  });

  it('outlives the exit while a descendant holds the pipe', async () => {
    const { backend, child, protocol } = await startByHand();
    const holder = child.hold([1]);
    child.exit(0);
    await backend.settle();
    expect([...protocol.log].sort()).toEqual(['exited:0', 'lost:0', 'lost:2', 'made']);
    expect(() => {
      backend.assertNoLiveChildren();
    }).toThrow('#1 prog has ended, but a descendant holds its pipes');
    await holder.write(1, 'late');
    holder.release();
    await protocol.lost;
    expect(protocol.log.slice(-3)).toEqual(['data:1:late', 'lost:1', 'lost']);
    expect(await holder.write(1, 'too late')).toBe('broken');
    backend.assertNoLiveChildren();
  });

  it('stalls the writer while the pipe is full, and visibly', async () => {
    const { backend, child, transport, protocol } = await startByHand({ capacityBytes: 4 });
    const output = transport.getPipeTransport(1);
    if (output === null || !('pauseReading' in output)) throw new Error('no output');
    output.pauseReading();
    let outcome: string | null = null;
    void child.write(1, 'sixteen bytes!!!').then((now) => (outcome = now));
    await backend.settle();
    expect(outcome).toBeNull();
    expect(child.unreadBytes(1)).toBe(16);
    output.resumeReading();
    await backend.settle();
    expect(outcome).toBe('taken');
    expect(protocol.text(1)).toBe('sixteen bytes!!!');
    expect(protocol.log.filter((entry) => entry.startsWith('data')).length).toBeGreaterThan(1);
    await backend.dispose();
  });

  it('can fail under the parent, after what was in the pipe', async () => {
    const { backend, child, protocol } = await startByHand();
    void child.write(1, 'last words');
    child.failOutput(1, Object.assign(new Error('gone'), { code: 'EIO' }));
    await backend.settle();
    expect(protocol.log).toEqual(['made', 'data:1:last words', 'lost:1:EIO']);
    await backend.dispose();
  });

  it('goes to one pipe with stderr: STDOUT, which ends when both are closed', async () => {
    const { backend, child, protocol } = await startByHand({}, { stderr: STDOUT });
    void child.write(2, 'err');
    child.closeFd(1);
    await backend.settle();
    expect(protocol.log).toEqual(['made', 'data:1:err']);
    child.closeFd(2);
    await backend.settle();
    expect(protocol.log.at(-1)).toBe('lost:1');
    await backend.dispose();
  });

  it('vanishes where there is no pipe, and is a mistake where there is no descriptor', async () => {
    const { backend, child } = await startByHand({}, { stderr: DEVNULL, extraFds: { 5: PIPE } });
    expect(await child.write(2, 'unseen')).toBe('taken');
    expect(() => child.write(4, 'x')).toThrow('no descriptor 4');
    expect(() => child.hold([4])).toThrow('no descriptor 4');
    await backend.dispose();
  });

  it('is read into memory of a buffered protocol only if the backend can', async () => {
    for (const readInto of [true, false]) {
      const { backend, child } = await startByHand({ supports: { readInto } });
      expect(typeof child.outputs.get(1)?.readInto).toBe(readInto ? 'function' : 'undefined');
      await backend.dispose();
    }
  });
});

describe('input by hand', () => {
  it('is taken at once while it fits, and waits for the reader after that', async () => {
    const { backend, child, stdin, protocol } = await startByHand({ capacityBytes: 10 });
    stdin.setWriteBufferLimits({ high: 8, low: 2 });
    stdin.write(bytes('0123456789'));
    expect(stdin.getWriteBufferSize()).toBe(0);
    stdin.write(bytes('abcdefghijkl'));
    expect(stdin.getWriteBufferSize()).toBe(12);
    expect(child.stalledInputBytes).toBe(12);
    expect(protocol.log).toEqual(['made', 'pause']);
    expect(Buffer.from(await child.read(7)).toString()).toBe('0123456');
    await child.read(100);
    await backend.settle();
    expect(protocol.log).toEqual(['made', 'pause', 'resume']);
    stdin.close();
    await backend.settle();
    expect(child.receivedText).toBe('0123456789abcdefghijkl');
    expect(child.inputEnded).toBe(true);
    await backend.dispose();
  });

  it('holds what the spawn asked for', async () => {
    const { backend, stdin } = await startByHand({ capacityBytes: 10 }, { pipeSize: 4 });
    stdin.write(bytes('0123'));
    expect(stdin.getWriteBufferSize()).toBe(0);
    stdin.write(bytes('4'));
    expect(stdin.getWriteBufferSize()).toBe(1);
    expect(backend.requests[0]?.pipeSize).toBe(4);
    await backend.dispose();
  });

  it('breaks with what is left over when the child closes it', async () => {
    const { backend, child, stdin, protocol } = await startByHand({ capacityBytes: 4 });
    stdin.write(bytes('more than fits'));
    child.closeFd(0);
    await backend.settle();
    expect(protocol.log).toEqual(['made', 'lost:0:EPIPE']);
    expect(child.inputEnded).toBe(false);
    await backend.dispose();
  });

  it('is seen to be closed without a write, or with the next write where the backend cannot see it', async () => {
    const seeing = await startByHand();
    seeing.child.closeFd(0);
    await seeing.backend.settle();
    expect(seeing.protocol.log).toEqual(['made', 'lost:0']);
    await seeing.backend.dispose();

    const blind = await startByHand({ supports: { stdinPeerClose: false } });
    blind.child.closeFd(0);
    await blind.backend.settle();
    expect(blind.protocol.log).toEqual(['made']);
    blind.stdin.write(bytes('x'));
    await blind.backend.settle();
    expect(blind.protocol.log).toEqual(['made', 'lost:0:EPIPE']);
    await blind.backend.dispose();
  });
});

describe('signals by hand', () => {
  it('act at once, are told later, and are kept by name', async () => {
    const { backend, child, transport, protocol } = await startByHand();
    transport.terminate();
    expect([child.isRunning, transport.getReturncode()]).toEqual([false, null]);
    await protocol.lost;
    expect(child.receivedSignals).toEqual(['SIGTERM']);
    expect(transport.getReturncode()).toBe(-15);
    await backend.dispose();
  });

  it('can be ignored first and obeyed later', async () => {
    const { backend, child, transport } = await startByHand();
    child.signals.ignore('SIGTERM', 2);
    transport.terminate();
    transport.terminate();
    await backend.settle();
    expect(child.isRunning).toBe(true);
    transport.terminate();
    await backend.settle();
    expect(child.returncode).toBe(-15);
  });

  it('wait while the child is stopped, each once; SIGKILL does not', async () => {
    const { backend, child, transport } = await startByHand();
    let handled = 0;
    child.signals.handle('SIGUSR1', () => {
      handled += 1;
    });
    transport.sendSignal('SIGSTOP');
    transport.sendSignal('SIGUSR1');
    transport.sendSignal('SIGUSR1');
    await backend.settle();
    expect([child.signals.isStopped, handled]).toEqual([true, 0]);
    transport.sendSignal('SIGCONT');
    await backend.settle();
    expect([child.signals.isStopped, handled]).toEqual([false, 1]);
    transport.sendSignal('SIGSTOP');
    transport.kill();
    await backend.settle();
    expect(child.returncode).toBe(-9);
  });

  it('can find nobody, and can be forbidden', async () => {
    const { backend, child, transport } = await startByHand();
    child.becomeDeaf();
    expect(() => {
      transport.kill();
    }).toThrow(ProcessLookupError);
    child.refuseSignals();
    expect(await failureOf(() => transport.kill())).toMatchObject({ code: 'EPERM' });
    expect(child.receivedSignals).toEqual([]);
    await backend.dispose();
  });

  it('reach descendants only through the group, and only those that die of them', async () => {
    const { backend, child, transport } = await startByHand({}, { startNewSession: true });
    const frail = child.hold([1]);
    const tough = child.hold([1]);
    tough.signals.ignore('SIGTERM');
    transport.sendSignal('SIGCONT', 'group');
    await backend.settle();
    expect([frail.isHolding, tough.isHolding]).toEqual([true, true]);
    transport.sendSignal('SIGTERM', 'group');
    await backend.settle();
    expect([child.isRunning, frail.isHolding, tough.isHolding]).toEqual([false, false, true]);
    await backend.dispose();
    expect(tough.isHolding).toBe(false);
  });

  it('are an error where the backend has none', async () => {
    const { backend, transport } = await startByHand({ supports: { signals: [] } });
    expect(() => {
      transport.kill();
    }).toThrow(NotSupportedError);
    await backend.dispose();
  });
});

describe('the end by hand', () => {
  it('takes exit codes that a system knows', async () => {
    const { backend, child } = await startByHand();
    for (const code of [-9, 256, 1.5, NaN]) {
      expect(() => {
        child.exit(code);
      }).toThrow(RangeError);
    }
    child.exit(255);
    child.exit(1);
    child.die('SIGKILL');
    expect(child.returncode).toBe(255);
    await backend.settle();
  });

  it('can be the loss of the link', async () => {
    const { child, protocol, transport } = await startByHand();
    child.lose();
    await protocol.lost;
    expect(protocol.log.at(-1)).toBe('lost:ERR_TRANSPORT_LOST');
    expect(transport.getReturncode()).toBeNull();
  });
});
