import timers from 'node:timers';
import { describe, expect, it, jest } from '@jest/globals';
import { reportAsUncaught } from '../src/contract/callbackErrors.js';
import { CallbackQueue } from '../src/machine/callbackQueue.js';
import { CallbackError } from '../src/contract/errors.js';

interface Recorded {
  readonly queue: CallbackQueue;
  readonly log: string[];
  readonly errors: CallbackError[];
  readonly add: (line: string) => () => void;
}

function recorded(): Recorded {
  const log: string[] = [];
  const errors: CallbackError[] = [];
  const add = (line: string) => (): void => {
    log.push(line);
  };
  return { queue: new CallbackQueue((error) => errors.push(error)), log, errors, add };
}

describe('CallbackQueue', () => {
  it('holds everything back until it is opened, then runs it in order behind the first', () => {
    const { queue, log, add } = recorded();
    queue.deliver('a', add('a'));
    queue.schedule('b', add('b'));
    queue.deliver('c', add('c'));
    expect(log).toEqual([]);
    queue.open('first', add('first'));
    expect(log).toEqual(['first', 'a', 'b', 'c']);
  });

  it('delivers at once when open', () => {
    const { queue, log, add } = recorded();
    queue.open('first', add('first'));
    queue.deliver('a', add('a'));
    expect(log).toEqual(['first', 'a']);
  });

  it('runs what is scheduled on a stack of its own, and what is delivered later behind it', async () => {
    const { queue, log, add } = recorded();
    queue.open('first', add('first'));
    queue.schedule('a', add('a'));
    queue.deliver('b', add('b'));
    expect(log).toEqual(['first']);
    await Promise.resolve();
    expect(log).toEqual(['first', 'a', 'b']);
  });

  it('never runs a callback inside another one', () => {
    const { queue, log, add } = recorded();
    queue.open('first', () => {
      queue.deliver('inner', add('inner'));
      log.push('first');
    });
    expect(log).toEqual(['first', 'inner']);
  });

  it('reports what a callback throws under the name of the callback, and goes on', () => {
    const { queue, log, errors, add } = recorded();
    queue.deliver('broken', () => {
      throw new Error('mine');
    });
    queue.deliver('next', add('next'));
    queue.open('first', add('first'));
    expect(log).toEqual(['first', 'next']);
    expect(errors.map((error) => [error.callback, error.code, error.message])).toEqual([
      ['broken', 'ERR_CALLBACK', 'protocol.broken() failed: mine'],
    ]);
    expect(errors[0]?.cause).toEqual(new Error('mine'));
  });

  it('takes a throw of something that is no error', () => {
    const { queue, errors } = recorded();
    queue.run('broken', () => {
      throw 'text' as unknown;
    });
    expect(errors[0]?.message).toBe('protocol.broken() failed: text');
    expect(errors[0]?.cause).toBe('text');
  });

  it('survives a reporter that throws: its error becomes uncaught, the other callbacks run', () => {
    const failure = new Error('the reporter is broken');
    const queue = new CallbackQueue(() => {
      throw failure;
    });
    const log: string[] = [];
    queue.deliver('next', () => log.push('next'));
    const thrown = thrownInTasks(() => {
      queue.open('first', () => {
        throw new Error('mine');
      });
    });
    expect(log).toEqual(['next']);
    expect(thrown).toEqual([failure]);
  });
});

describe('reportAsUncaught', () => {
  it('throws the error in a task of its own', () => {
    const error = new CallbackError('made', new Error('mine'));
    const thrown = thrownInTasks(() => {
      reportAsUncaught(error);
    });
    expect(thrown).toEqual([error]);
  });
});

/** Runs `action`, then the tasks that it set off, and returns what those threw. */
function thrownInTasks(action: () => void): unknown[] {
  const tasks: (() => void)[] = [];
  const spy = jest.spyOn(timers, 'setImmediate').mockImplementation(((task: () => void) => {
    tasks.push(task);
  }) as typeof timers.setImmediate);
  try {
    action();
  } finally {
    spy.mockRestore();
  }
  return tasks.flatMap((task) => {
    try {
      task();
      return [];
    } catch (thrown) {
      return [thrown];
    }
  });
}
