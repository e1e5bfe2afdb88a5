import { equal, ok } from 'node:assert/strict';
import { NotSupportedError, ProcessLookupError, type Signal } from '@subwire/transport';
import type { RequirementTable } from '../complianceCase.js';
import { step } from '../step.js';
import { thrownBy } from '../waiting.js';

const REALTIME = 40;

/** Signals that cannot be sent. */
export const signalRefusals: RequirementTable = {
  'signals.unknown': {
    behavior: 'A signal that does not exist is a ValueError, and nothing is sent',
    source: 'semantics §3.6',
    requires: ['signals'],
    async run(c) {
      const child = await c.startReady();
      for (const wrong of ['SIGNOTHING', 'sigterm', 65, -1, 1.5, NaN]) {
        equal(
          thrownBy(() => {
            child.transport.sendSignal(wrong as Signal);
          }).name,
          'ValueError',
          String(wrong),
        );
      }
      await c.quiet();
      equal(child.transport.getReturncode(), null);
    },
  },
  'signals.after-exit': {
    behavior: 'Once the return code is known every signal is a ProcessLookupError',
    source: 'decision 2',
    requires: ['signals'],
    async run(c) {
      const child = await c.start([]);
      await child.exited();
      const calls = [
        () => {
          child.transport.kill();
        },
        () => {
          child.transport.terminate();
        },
        () => {
          child.transport.sendSignal('SIGHUP');
        },
        () => {
          child.transport.sendSignal(0);
        },
      ];
      for (const call of calls) {
        const error = thrownBy(call);
        ok(error instanceof ProcessLookupError);
        equal(error.code, 'ESRCH');
      }
    },
  },
  'signals.inside-exited': {
    behavior: 'A signal sent inside processExited is a ProcessLookupError',
    source: 'decision 2',
    requires: ['signals'],
    async run(c) {
      const child = await c.start([step.line()]);
      let error: Error | null = null;
      child.on('exited', () => {
        error = thrownBy(() => {
          child.transport.kill();
        });
      });
      child.stdin.close();
      await child.ended();
      ok((error as Error | null) instanceof ProcessLookupError);
    },
  },
  'signals.race': {
    behavior: 'Signals at the moment of the exit either arrive or are a ProcessLookupError',
    source: 'test_subprocess_send_signal_race',
    requires: ['signals'],
    async run(c) {
      const children = await Promise.all([1, 2, 3].map(() => c.start([step.line(), step.exit(0)])));
      for (const child of children) {
        child.stdin.write(Buffer.from('\n'));
        const strike = (): void => {
          try {
            child.transport.sendSignal('SIGTERM');
          } catch (thrown) {
            ok(thrown instanceof ProcessLookupError, String(thrown));
          }
        };
        child.on('lost:1', strike);
        child.on('lost:2', strike);
        child.on('lost:0', strike);
        child.on('exited', strike);
      }
      const codes = await Promise.all(children.map((child) => child.ended()));
      ok(
        codes.every((code) => code === 0 || code === -15),
        String(codes),
      );
    },
  },
  'signals.lacks-realtime': {
    behavior: 'Without realtimeSignals death by one is not told apart from an exit, or it is refused',
    source: 'F61',
    requires: ['signals'],
    lacks: 'realtimeSignals',
    async run(c) {
      const child = await c.startReady();
      try {
        child.transport.sendSignal(REALTIME);
      } catch (thrown) {
        ok(thrown instanceof NotSupportedError, String(thrown));
        return;
      }
      ok((await child.ended()) !== -REALTIME);
    },
  },
  'signals.lacks-signals': {
    behavior: 'Without signals every signal is a NotSupportedError, never silence',
    source: 'design §3',
    lacks: 'signals',
    async run(c) {
      // One that ends with its input: nothing else would end it.
      const child = await c.start([step.count()]);
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        ok(
          thrownBy(() => {
            child.transport.sendSignal(signal);
          }) instanceof NotSupportedError,
        );
      }
    },
  },
};
