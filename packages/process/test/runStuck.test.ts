/** `run` always settles, also with a child that nothing can end. F62; "every internal wait after a kill must be bounded". */
import { describe, expect, it } from '@jest/globals';
import {
  ChildHandle,
  nodeBackend,
  ReadPipeHandle,
  WritePipeHandle,
  type Clock,
  type KillAnswer,
  type SubprocessBackend,
} from '@subwire/transport';
import { OutputOverflowError, run, runMany, TimeoutExpired } from '../src/index.js';
import { rejection } from './helpers/children.js';
import { ManualClock } from './helpers/manualClock.js';

class Output extends ReadPipeHandle {
  override resume(): void {
    setImmediate(() => this.emit('data', new TextEncoder().encode('said before\n')));
  }
  override pause(): void {}
  override close(): void {
    setImmediate(() => this.emit('close', null));
  }
}

class Input extends WritePipeHandle {
  override write(_chunk: Uint8Array, flushed: () => void): void {
    flushed();
  }
  override end(): void {
    setImmediate(() => this.emit('close', null));
  }
  override destroy(): void {
    setImmediate(() => this.emit('close', null));
  }
}

/** A child that speaks once and takes no notice of any signal. */
class StuckChild extends ChildHandle {
  override readonly stdin = new Input();
  override readonly outputs: ReadonlyMap<number, ReadPipeHandle> = new Map([[1, new Output()]]);
  readonly signals: unknown[] = [];

  constructor() {
    super();
    setImmediate(() => this.emit('spawn', null));
  }

  override abandon(): boolean {
    return false;
  }

  override kill(signal: unknown): KillAnswer {
    this.signals.push(signal);
    return 'sent';
  }
}

/** A backend whose time passes by itself as soon as somebody waits for it. */
function stuckBackend(): { backend: SubprocessBackend; child: StuckChild; clock: ManualClock; stop: () => void } {
  const clock = new ManualClock();
  const child = new StuckChild();
  const passing = setInterval(() => {
    clock.advance(500);
  }, 5);
  const backend = { ...nodeBackend, clock: clock as Clock, spawn: () => child };
  return {
    backend,
    child,
    clock,
    stop: () => {
      clearInterval(passing);
    },
  };
}

describe('with a child that cannot be ended', () => {
  it('a timeout of run is reported all the same, with the output and without an invented result', async () => {
    const { backend, child, clock, stop } = stuckBackend();
    const error = await rejection<TimeoutExpired>(
      run('stuck', [], { backend, input: 'x', timeoutMs: 1_000, stopGraceMs: 1_000, encoding: 'utf8' }),
    );
    stop();
    expect(error).toBeInstanceOf(TimeoutExpired);
    expect(error).toMatchObject({ stdout: 'said before\n', result: null, timeoutMs: 1_000 });
    expect(child.signals.slice(0, 3)).toEqual(['SIGTERM', 'SIGCONT', 'SIGKILL']);
    expect(clock.pending).toBe(0);
  });

  it('an abort of run settles with the reason', async () => {
    const { backend, clock, stop } = stuckBackend();
    const controller = new AbortController();
    const { signal } = controller;
    const onBytes = (): void => {
      controller.abort('enough');
    };
    expect(await rejection(run('stuck', [], { backend, signal, onBytes, stopGraceMs: 1_000 }))).toBe('enough');
    stop();
    expect(clock.pending).toBe(0);
  });

  it('too much output is reported', async () => {
    const { backend, stop } = stuckBackend();
    const error = await rejection<OutputOverflowError>(
      run('stuck', [], { backend, maxBytes: 4, stopGraceMs: 1_000, encoding: 'utf8' }),
    );
    stop();
    expect(error).toBeInstanceOf(OutputOverflowError);
    expect(error.stdout).toBe('said');
  });

  it('runMany settles too', async () => {
    const { backend, stop } = stuckBackend();
    const commands = [{ program: 'stuck', options: { backend, stopGraceMs: 1_000 } }, { program: 'no-such-program' }];
    expect(await rejection(runMany(commands))).toMatchObject({ code: 'ENOENT' });
    stop();
  });
});
