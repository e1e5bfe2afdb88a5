/** Both queues answer alike: that of Linux over the kernel of this machine, that of macOS over a simulated one. */
import { closeSync, readSync, writeSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { EpollQueue } from '../src/loop/epollQueue.js';
import { BROKEN, ENDED, HUNG_UP, READABLE, WRITABLE, type EventQueue } from '../src/loop/eventQueue.js';
import { native, type Native } from '../src/native/ffi.js';
import { KqueueQueue } from '../src/loop/kqueueQueue.js';
import { SimulatedKernel } from './helpers/simulatedKernel.js';

interface World {
  readonly queue: EventQueue;
  readonly pipe: () => readonly [read: number, write: number];
  readonly write: (fd: number, bytes: number) => void;
  readonly read: (fd: number, bytes: number) => void;
  readonly close: (fd: number) => void;
}

function linux(): World {
  const c = native();
  if (c.system.platform !== 'linux') {
    throw new Error('not on Linux');
  }
  const queue = new EpollQueue(c, c.system);
  return {
    queue,
    pipe: () => {
      const fds = new Int32Array(2);
      c.pipe2(fds, 0o2004000);
      return [fds[0]!, fds[1]!];
    },
    write: (fd, bytes) => writeSync(fd, Buffer.alloc(bytes)),
    read: (fd, bytes) => readSync(fd, Buffer.alloc(bytes)),
    close: closeSync,
  };
}

/** The calls that a queue makes, over a simulated kernel. */
function callsOf(kernel: SimulatedKernel): Native {
  return {
    errno: () => kernel.errno,
    close: (fd: number) => kernel.close(fd),
    fcntl: () => 0,
  } as unknown as Native;
}

function macos(kernel = new SimulatedKernel()): World {
  const queue = new KqueueQueue(callsOf(kernel), {
    platform: 'darwin',
    wait4: () => -1,
    kqueue: () => kernel.kqueue(),
    kevent: (...args) => kernel.kevent(...args),
  });
  return {
    queue,
    pipe: () => {
      const fds = new Int32Array(2);
      kernel.pipe(fds);
      return [fds[0]!, fds[1]!];
    },
    write: (fd, bytes) => kernel.write(fd, Buffer.alloc(bytes), bytes),
    read: (fd, bytes) => kernel.read(fd, Buffer.alloc(bytes), bytes),
    close: (fd) => kernel.close(fd),
  };
}

const NAMES = [
  [READABLE, 'readable'],
  [HUNG_UP, 'hung up'],
  [WRITABLE, 'writable'],
  [ENDED, 'ended'],
] as const;

/** What is ready: slot, use, and what is told of it; whoever is told that a pipe is broken looks at nothing else. */
function wait(queue: EventQueue): string[] {
  const lines = Array.from({ length: queue.wait() }, (_, index) => {
    const events = queue.eventsAt(index);
    const names = NAMES.filter(([bit]) => (events & bit) !== 0).map(([, name]) => name);
    const told = (events & BROKEN) !== 0 ? 'broken' : names.join(', ');
    return `${queue.slotAt(index)}/${queue.useAt(index)} ${told}`;
  });
  return [...new Set(lines)].sort();
}

const left: (() => void)[] = [];

afterEach(() => {
  left.splice(0).forEach((close) => {
    close();
  });
});

describe.each([
  ['of Linux', linux],
  ['of macOS, simulated', macos],
])('the queue %s', (_name, build) => {
  function open(): World {
    const world = build();
    world.queue.open();
    left.push(() => {
      world.queue.close();
    });
    return world;
  }

  it('tells of bytes until they are read, and of the end behind them', () => {
    const { queue, pipe, write, read, close } = open();
    const [ours, childs] = pipe();
    queue.add(ours, 0, 1, READABLE);
    const seen = [wait(queue)];
    write(childs, 3);
    seen.push(wait(queue), wait(queue));
    read(ours, 3);
    seen.push(wait(queue));
    write(childs, 1);
    close(childs);
    seen.push(wait(queue));
    read(ours, 1);
    seen.push(wait(queue));
    queue.remove(ours, 0);
    seen.push(wait(queue));
    close(ours);
    expect(seen).toEqual([[], ['0/1 readable'], ['0/1 readable'], [], ['0/1 readable, hung up'], ['0/1 hung up'], []]);
  });

  it('tells of a reading end whose other end was closed before', () => {
    const { queue, pipe, close } = open();
    const [ours, childs] = pipe();
    close(childs);
    queue.add(ours, 0, 1, READABLE);
    expect(wait(queue)).toEqual(['0/1 hung up']);
    close(ours);
  });

  it('tells of room only while it is asked for', () => {
    const { queue, pipe, write, read, close } = open();
    const [childs, ours] = pipe();
    queue.add(ours, 0, 1, 0);
    const seen = [wait(queue)];
    write(ours, 65_536);
    queue.modify(ours, 0, 1, WRITABLE);
    seen.push(wait(queue));
    read(childs, 65_536);
    seen.push(wait(queue), wait(queue));
    queue.modify(ours, 0, 1, 0);
    seen.push(wait(queue));
    write(ours, 1);
    read(childs, 1);
    seen.push(wait(queue));
    close(ours);
    close(childs);
    expect(seen).toEqual([[], [], ['0/1 writable'], ['0/1 writable'], [], []]);
  });

  it.each([
    ['nothing', 0],
    ['room', WRITABLE],
  ])('tells of the close of the other end while %s is waited for, whatever is in the pipe', (_what, events) => {
    const { queue, pipe, write, close } = open();
    const [childs, ours] = pipe();
    queue.add(ours, 3, 7, events);
    write(ours, 65_536);
    const seen = [wait(queue)];
    close(childs);
    seen.push(wait(queue), wait(queue));
    queue.remove(ours, 3);
    seen.push(wait(queue));
    close(ours);
    expect(seen).toEqual([[], ['3/7 broken'], ['3/7 broken'], []]);
  });

  it('tells of a writing end whose other end was closed before', () => {
    const { queue, pipe, close } = open();
    const [childs, ours] = pipe();
    close(childs);
    queue.add(ours, 0, 1, 0);
    expect(wait(queue)).toEqual(['0/1 broken']);
    queue.modify(ours, 0, 1, WRITABLE);
    expect(wait(queue)).toEqual(['0/1 broken']);
    close(ours);
  });

  it('gives back the slot and the use of the registration, also if the descriptor is in use again', () => {
    const { queue, pipe, write, close } = open();
    const [first, feed] = pipe();
    queue.add(first, 5, 1, READABLE);
    write(feed, 1);
    expect(wait(queue)).toEqual(['5/1 readable']);
    queue.remove(first, 5);
    queue.add(first, 6, -2_147_483_648, READABLE);
    expect(wait(queue)).toEqual(['6/-2147483648 readable']);
    queue.remove(first, 6);
    close(first);
    const [second, other] = pipe();
    queue.add(second, 5, 2, READABLE);
    write(other, 1);
    expect(wait(queue)).toEqual(['5/2 readable']);
    [second, feed, other].forEach(close);
  });

  it('forgets a descriptor that is closed, and takes its removal after that', () => {
    const { queue, pipe, write, close } = open();
    const [ours, childs] = pipe();
    queue.add(ours, 0, 1, READABLE);
    write(childs, 1);
    close(ours);
    expect(wait(queue)).toEqual([]);
    queue.remove(ours, 0);
    close(childs);
  });

  it('refuses what is not open', () => {
    const { queue } = open();
    expect(() => {
      queue.add(4_000, 0, 1, READABLE);
    }).toThrow('EBADF');
    queue.remove(4_000, 0);
  });

  it('fetches no more than a batch at a time', () => {
    const { queue, pipe, write, close } = open();
    const pipes = Array.from({ length: 300 }, () => pipe());
    pipes.forEach(([ours, childs], slot) => {
      queue.add(ours, slot, 1, READABLE);
      write(childs, 1);
    });
    expect(wait(queue)).toHaveLength(256);
    pipes.flat().forEach(close);
  });

  it('can be opened again', () => {
    const { queue, pipe, write, close } = open();
    queue.close();
    queue.open();
    const [ours, childs] = pipe();
    queue.add(ours, 0, 1, READABLE);
    write(childs, 1);
    expect(wait(queue)).toEqual(['0/1 readable']);
    [ours, childs].forEach(close);
  });
});

describe('the queue of macOS, simulated', () => {
  it('needs one change of a filter for each change of what is waited for', () => {
    const kernel = new SimulatedKernel();
    const { queue, pipe } = macos(kernel);
    queue.open();
    const [ours] = pipe();
    const [, input] = pipe();
    queue.add(ours, 0, 1, READABLE);
    queue.add(input, 1, 1, 0);
    queue.modify(input, 1, 1, WRITABLE);
    queue.modify(input, 1, 1, WRITABLE);
    queue.modify(input, 1, 1, 0);
    queue.remove(input, 1);
    queue.remove(input, 1);
    queue.remove(ours, 0);
    expect(kernel.changes).toEqual([
      `add read ${ours}`,
      `add read ${input}`,
      `add write ${input}`,
      `delete write ${input}`,
      `delete read ${input}`,
      `delete read ${ours}`,
    ]);
  });

  it('tells once of the end of a process, and takes its removal after that', () => {
    const kernel = new SimulatedKernel();
    const { queue } = macos(kernel);
    queue.open();
    kernel.advance(70_000, 'running');
    queue.add(70_000, 2, 9, ENDED);
    const seen = [wait(queue)];
    kernel.advance(70_000, 'ending');
    seen.push(wait(queue), wait(queue));
    queue.remove(70_000, 2);
    expect(seen).toEqual([[], ['2/9 ended'], []]);
  });

  it('keeps processes and descriptors of the same number apart', () => {
    const kernel = new SimulatedKernel();
    const { queue, pipe, write, close } = macos(kernel);
    queue.open();
    const [ours, childs] = pipe();
    kernel.advance(ours, 'running');
    queue.add(ours, 0, 1, READABLE);
    queue.add(ours, 1, 1, ENDED);
    write(childs, 1);
    kernel.advance(ours, 'ending');
    expect(wait(queue)).toEqual(['0/1 readable', '1/1 ended']);
    close(ours);
  });

  it('says of a process that has ended that it is not there', () => {
    const kernel = new SimulatedKernel();
    const { queue } = macos(kernel);
    queue.open();
    kernel.advance(70_000, 'zombie');
    expect(() => {
      queue.add(70_000, 0, 1, ENDED);
    }).toThrow('ESRCH');
  });
});
