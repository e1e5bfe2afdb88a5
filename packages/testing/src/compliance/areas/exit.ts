import { deepEqual, equal } from 'node:assert/strict';
import { constants } from 'node:os';
import { DEVNULL } from '@subwire/transport';
import type { RequirementTable } from '../complianceCase.js';
import { Recorder } from '../recorder.js';
import { step } from '../step.js';

/** How a child ends. */
export const exit: RequirementTable = {
  'exit.code': {
    behavior: 'The exit code is the return code',
    source: 'test_subprocess_exitcode',
    async run(c) {
      const child = await c.start([step.exit(7)], { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL });
      equal(await child.ended(), 7);
    },
  },
  'exit.codes': {
    behavior: 'Exit codes from 0 to 255 are told apart, 127, 128 and 255 among them',
    source: 'F61',
    async run(c) {
      const codes = [0, 1, 127, 128, 137, 255];
      const children = await Promise.all(codes.map((code) => c.start([step.exit(code)])));
      deepEqual(await Promise.all(children.map((child) => child.ended())), codes);
    },
  },
  'exit.own-signal': {
    behavior: 'Death by a signal is minus its number, also if nobody of ours sent it',
    source: 'semantics §3.4',
    async run(c) {
      const signals = ['SIGTERM', 'SIGKILL', 'SIGHUP'] as const;
      const children = await Promise.all(signals.map((signal) => c.start([step.die(signal)])));
      deepEqual(
        await Promise.all(children.map((child) => child.ended())),
        signals.map((signal) => -constants.signals[signal]),
      );
    },
  },
  'exit.code-inside-callback': {
    behavior: 'Inside processExited the return code is known',
    source: 'semantics G3',
    async run(c) {
      const child = await c.start([step.exit(5)]);
      await child.exited();
      equal(child.returncodeAtExit, 5);
    },
  },
  'exit.code-for-ever': {
    behavior: 'The return code stays, also after close()',
    source: 'semantics §3.4',
    async run(c) {
      const child = await c.start([step.exit(6)]);
      await child.ended();
      child.transport.close();
      await c.quiet();
      equal(child.transport.getReturncode(), 6);
    },
  },
  'exit.closed': {
    behavior: 'isClosing is true after the loss, also if nobody called close()',
    source: 'BaseTransport.isClosing',
    async run(c) {
      const child = await c.start([step.line()]);
      equal(child.transport.isClosing(), false);
      child.stdin.close();
      await child.ended();
      equal(child.transport.isClosing(), true);
    },
  },
  'exit.no-protocol': {
    behavior: 'After the loss there is no protocol, and setProtocol changes nothing',
    source: 'BaseTransport.getProtocol',
    async run(c) {
      const child = await c.start([]);
      await child.ended();
      const transports = [child.transport, child.stdin, child.output(1), child.output(2)];
      for (const transport of transports) {
        transport.setProtocol(new Recorder());
      }
      deepEqual(
        transports.map((transport) => transport.getProtocol()),
        [null, null, null, null],
      );
    },
  },
  'exit.pipes-stay': {
    behavior: 'The transports of the pipes stay after the end, closed',
    source: 'semantics §1.6',
    async run(c) {
      const child = await c.start([]);
      const before = [0, 1, 2].map((fd) => child.transport.getPipeTransport(fd));
      await child.ended();
      deepEqual(
        [0, 1, 2].map((fd) => child.transport.getPipeTransport(fd) === before[fd]),
        [true, true, true],
      );
      deepEqual(
        before.map((pipe) => pipe?.isClosing()),
        [true, true, true],
      );
    },
  },
  'exit.many-in-one-tick': {
    behavior: 'Many children that end in the same moment are all reported',
    source: 'F52',
    async run(c) {
      const children = await Promise.all(Array.from({ length: 10 }, () => c.start([step.forever()])));
      for (const child of children) {
        child.transport.kill();
      }
      const codes = await Promise.all(children.map((child) => child.ended()));
      deepEqual(new Set(codes), new Set([-9]));
    },
  },
};
