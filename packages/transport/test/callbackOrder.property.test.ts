/** Any interleaving of what a child can do keeps the guarantees G1 to G8 of the callbacks. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ProcessLookupError } from '../src/contract/errors.js';
import { subprocessExec } from '../src/subprocessExec.js';
import { bytes } from './helpers/bytes.js';
import { ManualClock } from './helpers/manualClock.js';
import { RecordingProtocol } from './helpers/recordingProtocol.js';
import { StubBackend, StubChild } from './helpers/stubChild.js';

const OUTPUTS = [1, 2, 3];

/** What can happen to a child or be done to its transport; those that are impossible at the time do nothing. */
const action = fc.oneof(
  fc.record({ do: fc.constantFrom('data' as const, 'end' as const), fd: fc.constantFrom(...OUTPUTS) }),
  fc.record({
    do: fc.constantFrom('pause' as const, 'resume' as const, 'closeOutput' as const),
    fd: fc.constantFrom(...OUTPUTS),
  }),
  fc.record({
    do: fc.constantFrom(
      'exit' as const,
      'endInput' as const,
      'write' as const,
      'flush' as const,
      'closeInput' as const,
      'abortInput' as const,
      'close' as const,
      'kill' as const,
      'tick' as const,
      'time' as const,
    ),
    fd: fc.constant(0),
  }),
);

interface Run {
  readonly child: StubChild;
  readonly protocol: RecordingProtocol;
  readonly clock: ManualClock;
  exited: boolean;
  count: number;
}

function tryKill(run: Run): void {
  try {
    run.protocol.transport.kill();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ProcessLookupError);
    expect(run.exited).toBe(true);
  }
}

async function apply(run: Run, step: { do: string; fd: number }): Promise<void> {
  const { child, protocol, clock } = run;
  const before = protocol.lines.length;
  const onOurStack = (call: () => void): void => {
    call();
    // G6: of all callbacks only flow control is called on the stack of a call.
    expect(protocol.lines.slice(before).filter((line) => line !== 'pause')).toEqual([]);
  };
  const { transport } = protocol;
  switch (step.do) {
    case 'data':
      if (child.output(step.fd).flowing) {
        run.count += 1;
        child.output(step.fd).data(String(run.count));
      }
      break;
    case 'end':
      if (child.output(step.fd).flowing || child.output(step.fd).calls.includes('close')) {
        child.output(step.fd).finish();
      }
      break;
    case 'exit':
      if (!run.exited) {
        run.exited = true;
        child.exited(run.count);
      }
      break;
    case 'endInput':
      child.input.finish();
      break;
    case 'flush':
      child.input.flush(1);
      break;
    case 'write':
      onOurStack(() => {
        protocol.stdin.write(bytes('input'));
      });
      break;
    case 'tick':
      await Promise.resolve();
      break;
    case 'time':
      clock.advance(600);
      break;
    case 'kill':
      onOurStack(() => {
        tryKill(run);
      });
      break;
    case 'close':
      onOurStack(() => {
        transport.close();
      });
      break;
    case 'closeInput':
      onOurStack(() => {
        protocol.stdin.close();
      });
      break;
    case 'abortInput':
      onOurStack(() => {
        protocol.stdin.abort();
      });
      break;
    default: {
      const output = transport.getPipeTransport(step.fd);
      onOurStack(() => {
        if (output === null || !('pauseReading' in output)) {
          throw new Error('no such output');
        }
        if (step.do === 'pause') {
          output.pauseReading();
        } else if (step.do === 'resume') {
          output.resumeReading();
        } else {
          output.close();
        }
      });
    }
  }
}

function checkLog(lines: readonly string[]): void {
  const count = (line: string): number => lines.filter((one) => one.replace(/:BrokenPipeError$/, '') === line).length;
  expect(lines[0]).toBe('made'); // G1
  expect(count('exited')).toBe(1); // G3
  expect(lines.filter((line) => line === 'lost')).toHaveLength(1); // G4, G7
  expect(lines.at(-1)).toBe('lost');
  for (const fd of [0, ...OUTPUTS]) {
    expect(count(`lost:${fd}`)).toBe(1); // G4
    const lost = lines.findIndex((line) => line.startsWith(`lost:${fd}`));
    const data = lines.flatMap((line, index) => (line.startsWith(`data:${fd}:`) ? [index] : []));
    expect(data.every((index) => index < lost)).toBe(true); // G2
    const numbers = data.map((index) => Number(lines[index]?.split(':')[2]));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b)); // G2
  }
  const flow = lines.filter((line) => line === 'pause' || line === 'resume');
  expect(flow.every((line, index) => line === (index % 2 === 0 ? 'pause' : 'resume'))).toBe(true);
}

describe('the callbacks of a child', () => {
  it('keep their guarantees for any interleaving of events and calls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (steps) => {
        const child = new StubChild({ outputs: OUTPUTS });
        const clock = new ManualClock();
        const run: Run = { child, protocol: new RecordingProtocol(), clock, exited: false, count: 0 };
        const creation = subprocessExec(() => run.protocol, 'stub', [], { backend: new StubBackend(child, {}, clock) });
        child.started();
        expect(run.protocol.lines).toEqual(['made']);
        await creation; // G5
        run.protocol.stdin.setWriteBufferLimits({ high: 7, low: 3 });
        for (const step of steps) {
          await apply(run, step);
        }
        // Whatever was done, the end of the child and of its pipes ends the transport.
        for (const fd of OUTPUTS) {
          await apply(run, { do: 'resume', fd });
        }
        child.finishPipes();
        await apply(run, { do: 'exit', fd: 0 });
        await run.protocol.lost;
        expect(clock.pending).toBe(0);
        checkLog(run.protocol.lines);
      }),
      { numRuns: 400 },
    );
  });
});

describe('a write pipe', () => {
  // test_abort, test_close, test_close_write_fut, test_close_buffer, test_force_close_*, test_fatal_error*,
  // test_call_connection_lost, …connection_lost_once
  it('is lost at most once, whatever is done to it', async () => {
    const call = fc.constantFrom('close', 'abort', 'writeEof', 'write', 'flush', 'fail', 'finish');
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 20 }), async (calls) => {
        const child = new StubChild({ outputs: [] });
        const protocol = new RecordingProtocol();
        const creation = subprocessExec(() => protocol, 'stub', [], {
          backend: new StubBackend(child, {}, new ManualClock()),
        });
        child.started();
        await creation;
        const { stdin } = protocol;
        const actions: Record<string, () => void> = {
          close: () => {
            stdin.close();
          },
          abort: () => {
            stdin.abort();
          },
          writeEof: () => {
            stdin.writeEof();
          },
          write: () => {
            stdin.write(bytes('x'));
          },
          flush: () => {
            child.input.flush(1);
          },
          fail: () => {
            child.input.flush(1, new Error('EPIPE'));
          },
          finish: () => {
            child.input.finish();
          },
        };
        for (const name of calls) {
          actions[name]?.();
        }
        child.input.finish();
        child.exited(0);
        await protocol.lost;
        expect(protocol.lines.filter((line) => line.startsWith('lost:0'))).toHaveLength(1);
        expect(stdin.getWriteBufferSize()).toBe(0);
      }),
    );
  });
});
