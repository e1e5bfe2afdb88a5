import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { DEVNULL, PIPE } from '@subwire/transport';
import { BlockedPool } from '../blockedPool.js';
import type { RequirementTable } from '../complianceCase.js';
import { Recorder } from '../recorder.js';
import { step } from '../step.js';
import { rejection } from '../waiting.js';

/** Creation that succeeds. */
export const spawn: RequirementTable = {
  'spawn.resolves-after-made': {
    behavior: 'The creation resolves after connectionMade was called',
    source: 'semantics G5',
    async run(c) {
      const child = await c.start([step.forever()]);
      equal(child.lines[0], 'made');
    },
  },
  'spawn.returns-the-pair': {
    behavior: 'The creation returns the transport that connectionMade got, and the protocol of the factory',
    source: 'semantics §1.12',
    async run(c) {
      const recorder = c.track(new Recorder());
      const { program, args } = c.subject.commands.steps([step.forever()]);
      const [transport, protocol] = await c.subject.exec(() => recorder, program, args);
      equal(protocol, recorder);
      equal(transport, recorder.transport);
      equal(transport.getProtocol(), recorder);
    },
  },
  'spawn.factory-once': {
    behavior: 'The factory is called once, before anything else',
    source: 'semantics §1.12 step 2',
    async run(c) {
      const recorder = c.track(new Recorder());
      const { program, args } = c.subject.commands.steps([]);
      let calls = 0;
      await c.subject.exec(
        () => {
          calls += 1;
          deepEqual(recorder.lines, []);
          return recorder;
        },
        program,
        args,
      );
      await recorder.ended();
      equal(calls, 1);
    },
  },
  'spawn.factory-throws': {
    behavior: 'A throw of the factory is the rejection, and nothing is started',
    source: 'semantics §1.12 step 2',
    needs: 'backend',
    async run(c) {
      const { program, args } = c.subject.commands.steps([]);
      let spawned = 0;
      const backend = {
        name: c.backend.name,
        supports: c.backend.supports,
        spawn: (request: Parameters<typeof c.backend.spawn>[0]) => {
          spawned += 1;
          return c.backend.spawn(request);
        },
      };
      const refused = new Error('no protocol today');
      const creation = c.subject.exec(
        () => {
          throw refused;
        },
        program,
        args,
        { backend },
      );
      equal(await rejection(creation), refused);
      equal(spawned, 0);
    },
  },
  'spawn.asynchronous': {
    behavior: 'No callback is made on the stack of the creation call',
    source: 'semantics G6',
    async run(c) {
      const recorder = c.track(new Recorder());
      const { program, args } = c.subject.commands.steps([]);
      const creation = recorder.call(() => c.subject.exec(() => recorder, program, args));
      deepEqual(recorder.lines, []);
      await creation;
      await recorder.ended();
      deepEqual(recorder.synchronous, []);
    },
  },
  'spawn.busy-pool': {
    behavior: 'A start does not wait for a thread of libuv’s pool',
    source: 'design §5',
    async run(c) {
      const pool = await BlockedPool.block();
      c.onCleanup(() => pool.free());
      const child = await c.start([step.write('hi')]);
      equal(pool.isFree, false);
      await child.ended();
      equal(child.text(1), 'hi');
    },
  },
  'spawn.object-literal': {
    behavior: 'Any object with the methods is a protocol',
    source: 'semantics §1.1',
    async run(c) {
      const recorder = c.track(new Recorder());
      const { program, args } = c.subject.commands.steps([step.write('hi')]);
      const protocol = {
        connectionMade: recorder.connectionMade.bind(recorder),
        connectionLost: recorder.connectionLost.bind(recorder),
        pauseWriting: () => undefined,
        resumeWriting: () => undefined,
        pipeDataReceived: recorder.pipeDataReceived.bind(recorder),
        pipeConnectionLost: recorder.pipeConnectionLost.bind(recorder),
        processExited: recorder.processExited.bind(recorder),
      };
      await c.subject.exec(() => protocol, program, args);
      await recorder.ended();
      equal(recorder.text(1), 'hi');
    },
  },
  'spawn.pid': {
    behavior: 'The pid is a number that stays the same after the end',
    source: 'semantics §1.6',
    requires: ['pids'],
    async run(c) {
      const child = await c.start([]);
      const pid = child.transport.getPid();
      ok(Number.isInteger(pid) && Number(pid) > 0, `pid ${pid}`);
      await child.ended();
      equal(child.transport.getPid(), pid);
    },
  },
  'spawn.pid-is-the-childs': {
    behavior: 'The pid is the one that the child sees',
    source: 'uvloop test_process_pid_1',
    requires: ['pids'],
    async run(c) {
      const child = await c.start([step.print('pid')]);
      await child.ended();
      equal(child.text(1), `${child.transport.getPid()}\n`);
    },
  },
  'spawn.lacks-pids': {
    behavior: 'A backend without pids says null',
    source: 'BackendCapabilities',
    lacks: 'pids',
    async run(c) {
      const child = await c.start([step.count()]);
      equal(child.transport.getPid(), null);
    },
  },
  'spawn.no-returncode-yet': {
    behavior: 'The return code is null while the child runs',
    source: 'semantics §1.6',
    async run(c) {
      const child = await c.start([step.write('up'), step.forever()]);
      await child.seenText(1, 'up');
      equal(child.transport.getReturncode(), null);
      equal(child.transport.isClosing(), false);
    },
  },
  'spawn.arguments': {
    behavior: 'Arguments reach the child as they are: empty, with spaces, quotes, line breaks, and other scripts',
    source: 'semantics §2.1',
    async run(c) {
      const argv = ['', 'a b', '"\'\\$(x)`*', '--flag=1', 'two\nlines', 'тест 🎈'];
      const child = await c.start([step.print('argv')], { argv });
      await child.ended();
      deepEqual(JSON.parse(child.text(1)), argv);
    },
  },
  'spawn.executable': {
    behavior: 'With executable the program only names the child',
    source: 'uvloop test_process_executable_1',
    async run(c) {
      const { program, args } = c.subject.commands.steps([step.print('argv0')]);
      const child = await c.execWith(new Recorder(), 'subwire-alias', args, { executable: program });
      await child.ended();
      equal(child.text(1), 'subwire-alias\n');
    },
  },
  'spawn.pipes-by-default': {
    behavior: 'Descriptors 0, 1 and 2 are pipes by default, and nothing else is',
    source: 'semantics §2.1',
    async run(c) {
      const { transport } = await c.start([step.forever()]);
      for (const fd of [0, 1, 2]) {
        notEqual(transport.getPipeTransport(fd), null);
      }
      equal(transport.getPipeTransport(3), null);
      equal(transport.getPipeTransport(-1), null);
    },
  },
  'spawn.no-transport-without-pipe': {
    behavior: 'What is not a pipe has no transport',
    source: 'test_subprocess_close_after_finish',
    async run(c) {
      const { transport } = await c.start([step.forever()], { stdin: DEVNULL, stdout: PIPE, stderr: DEVNULL });
      equal(transport.getPipeTransport(0), null);
      notEqual(transport.getPipeTransport(1), null);
      equal(transport.getPipeTransport(2), null);
    },
  },
  'spawn.extra-info': {
    behavior: 'Unknown extra information is the given default, itself, also after the end',
    source: 'test_get_extra_info',
    async run(c) {
      const child = await c.start([]);
      const { transport } = child;
      const fallback = {};
      equal(transport.getExtraInfo('subwire-unknown'), null);
      equal(transport.getExtraInfo('subwire-unknown', fallback), fallback);
      await child.ended();
      equal(transport.getExtraInfo('subwire-unknown', fallback), fallback);
    },
  },
  'spawn.many-at-once': {
    behavior: 'Children started at the same time do not get in each other’s way',
    source: 'test_subprocess_communicate_stdout',
    async run(c) {
      const texts = Array.from({ length: 6 }, (_, index) => `child ${index}`);
      const children = await Promise.all(texts.map((text) => c.start([step.write(text)])));
      await Promise.all(children.map((child) => child.ended()));
      deepEqual(
        children.map((child) => child.text(1)),
        texts,
      );
    },
  },
  'spawn.blocked-thread': {
    behavior: 'A child that ends while our thread is blocked is reported in full, each thing once',
    source: 'uvloop test_process_delayed_stdio',
    async run(c) {
      const recorder = c.track(new Recorder());
      const { program, args } = c.subject.commands.steps([step.write('quick')]);
      const creation = c.subject.exec(() => recorder, program, args, { stdin: DEVNULL });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
      await creation;
      equal(await recorder.ended(), 0);
      equal(recorder.text(1), 'quick');
      const others = recorder.order.filter((entry) => entry !== 'data:1');
      deepEqual(others.sort(), ['exited', 'lost', 'lost:1', 'lost:2', 'made']);
    },
  },
};
