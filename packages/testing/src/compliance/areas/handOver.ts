import { deepEqual, equal, ok } from 'node:assert/strict';
import type { RequirementTable } from '../complianceCase.js';
import { PipeRecorder } from '../pipeRecorder.js';
import { BufferedRecorder, Recorder } from '../recorder.js';
import { patternBytes, step } from '../step.js';

const SIZE = 350;
const ALL: Uint8Array = patternBytes(SIZE);

/** Runs something in the first call of `getBuffer`. */
class EarlyRecorder extends BufferedRecorder {
  onGetBuffer: (() => void) | null = null;

  override getBuffer(fd: number, sizeHint: number): Uint8Array {
    const room = super.getBuffer(fd, sizeHint);
    const action = this.onGetBuffer;
    this.onGetBuffer = null;
    action?.();
    return room;
  }
}

function check(parts: readonly Uint8Array[]): void {
  ok(Buffer.from(ALL).equals(Buffer.concat(parts)), `${parts.map(({ length }) => length).join(' and ')} bytes`);
}

/** What a protocol with memory of its own may do in the middle of a chunk, and protocols of single pipes. */
export const handOver: RequirementTable = {
  'handOver.pause-in-get-buffer': {
    behavior: 'After pauseReading() in getBuffer nothing is filled, until resumeReading()',
    source: 'BaseTransport.pauseReading',
    async run(c) {
      const child = new EarlyRecorder(100);
      child.onGetBuffer = () => {
        child.output(1).pauseReading();
        child.record('paused');
      };
      await c.startWith(child, [step.pattern(SIZE), step.line()]);
      await child.seen('paused');
      await c.quiet();
      equal(child.size(1), 0);
      child.output(1).resumeReading();
      await child.seenBytes(1, SIZE);
      check([child.bytes(1)]);
    },
  },
  'handOver.close-in-get-buffer': {
    behavior: 'After close() in getBuffer nothing is filled, and the pipe is lost with null',
    source: 'BaseTransport.close',
    async run(c) {
      const child = new EarlyRecorder(100);
      child.onGetBuffer = () => {
        child.output(1).close();
      };
      await c.startWith(child, [step.pattern(SIZE), step.line()]);
      await child.seen('lost:1');
      deepEqual([child.size(1), child.reasons.get(1), child.reports], [0, null, []]);
    },
  },
  'handOver.close-in-update': {
    behavior: 'After close() in bufferUpdated nothing more of a chunk is filled',
    source: 'BaseTransport.close',
    async run(c) {
      const child = new BufferedRecorder(100);
      child.on('data:1', () => {
        child.output(1).close();
      });
      await c.startWith(child, [step.pattern(SIZE), step.line()]);
      await child.seen('lost:1');
      equal(child.log.count('data:1'), 1);
    },
  },
  'handOver.to-a-plain-one': {
    behavior:
      'A pipe that gets a protocol without memory in bufferUpdated: the rest of the chunk is a chunk for that one',
    source: 'BaseTransport.setProtocol',
    async run(c) {
      const child = new BufferedRecorder(100);
      const second = new PipeRecorder();
      child.on('data:1', () => {
        child.output(1).setProtocol(second);
      });
      await c.startWith(child, [step.pattern(SIZE)]);
      await child.ended();
      equal(child.log.count('data:1'), 1);
      check([child.bytes(1), second.bytes]);
    },
  },
  'handOver.in-get-buffer': {
    behavior: 'A pipe that gets another protocol in getBuffer: all of the chunk goes to that one',
    source: 'BaseTransport.setProtocol',
    async run(c) {
      const child = new EarlyRecorder(100);
      const second = new PipeRecorder();
      child.onGetBuffer = () => {
        child.output(1).setProtocol(second);
      };
      await c.startWith(child, [step.pattern(SIZE)]);
      await child.ended();
      equal(child.size(1), 0);
      check([second.bytes]);
    },
  },
  'handOver.then-throw': {
    behavior: 'A getBuffer that hands over and throws is reported, and the pipe is not lost',
    source: 'semantics §1.13',
    async run(c) {
      const child = new EarlyRecorder(100);
      const second = new PipeRecorder();
      child.onGetBuffer = () => {
        child.output(1).setProtocol(second);
        throw new Error('not this one');
      };
      await c.startWith(child, [step.pattern(SIZE)]);
      await child.ended();
      check([second.bytes]);
      deepEqual([child.reports.map((report) => report.callback), child.reasons.get(1)], [['getBuffer'], null]);
    },
  },
  'handOver.paused': {
    behavior: 'A pause and a new protocol in bufferUpdated: the new one gets the rest after resumeReading()',
    source: 'BaseTransport.setProtocol',
    async run(c) {
      const child = new BufferedRecorder(100);
      const second = new PipeRecorder();
      child.on('data:1', () => {
        child.output(1).pauseReading();
        child.output(1).setProtocol(second);
      });
      await c.startWith(child, [step.pattern(SIZE), step.line()]);
      await child.seen('data:1');
      await c.quiet();
      deepEqual(second.lines, []);
      child.output(1).resumeReading();
      deepEqual(second.lines, []);
      await second.log.until('the rest', () => child.size(1) + second.bytes.length >= SIZE);
      check([child.bytes(1), second.bytes]);
    },
  },
  'handOver.of-the-child': {
    behavior: 'A child that gets another protocol in bufferUpdated: the rest of the chunk goes to that one',
    source: 'BaseTransport.setProtocol',
    async run(c) {
      for (const second of [new Recorder(), new BufferedRecorder(30)]) {
        const first = new BufferedRecorder(100);
        first.on('data:1', () => {
          first.transport.setProtocol(second);
        });
        await c.startWith(first, [step.pattern(SIZE)]);
        await second.log.until('connectionLost', () => second.reasons.has(-1));
        equal(first.log.count('data:1'), 1);
        check([first.bytes(1), second.bytes(1)]);
      }
    },
  },
  'handOver.protocol-of-an-output': {
    behavior: 'An output with a protocol of its own is lost for that one and for the child, which ends as any other',
    source: 'BaseTransport.setProtocol',
    async run(c) {
      const own = new PipeRecorder();
      const child = await c.start([step.line(), step.write('hello'), step.exit(3)]);
      child.output(1).setProtocol(own);
      child.stdin.write(Buffer.from('\n'));
      equal(await child.ended(), 3);
      deepEqual([own.order, own.text, child.text(1)], [['data', 'eof', 'lost'], 'hello', '']);
      equal(child.log.count('lost:1'), 1);
    },
  },
  'handOver.protocol-of-the-input': {
    behavior: 'An input with a protocol of its own pauses and is lost for that one, and the child ends as any other',
    source: 'BaseTransport.setProtocol',
    async run(c) {
      const own = new PipeRecorder();
      // It stands still before it reads on: a fast reader would take everything without a pause.
      const child = await c.start([step.line(), step.sleep(50), step.count()]);
      child.stdin.setProtocol(own);
      child.stdin.write(Buffer.from('\n'));
      child.stdin.write(new Uint8Array(4 * 2 ** 20));
      child.stdin.close();
      equal(await child.ended(), 0);
      deepEqual(own.lines, ['pause', 'resume', 'lost']);
      deepEqual([child.log.has('pause'), child.log.count('lost:0')], [false, 1]);
    },
  },
  'handOver.then-of-the-child': {
    behavior: 'A new protocol of the child leaves an output its own one',
    source: 'BaseTransport.setProtocol',
    async run(c) {
      const own = new PipeRecorder();
      const second = new Recorder();
      const first = await c.start([step.line(), step.write('out'), step.write('err', 2)]);
      first.output(1).setProtocol(own);
      first.transport.setProtocol(second);
      first.stdin.write(Buffer.from('\n'));
      await second.log.until('connectionLost', () => second.reasons.has(-1));
      deepEqual([own.text, second.text(1), second.text(2)], ['out', '', 'err']);
      deepEqual([own.log.count('lost'), second.log.count('lost:1')], [1, 1]);
    },
  },
};
