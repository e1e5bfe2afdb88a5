/**
 * One start thread: a worker that never runs code of the host and never receives a message.
 *
 * 1. It inherits nothing: no options of the command line, no `NODE_OPTIONS`, no standard streams, no environment.
 * 2. It does not keep the process alive.
 * 3. It has to live as long as every child that it started: the parent-death signal of a child
 *    (`prctl(PR_SET_PDEATHSIG)`, `setpriv --pdeathsig`) comes with the end of the *thread* that started it.
 */
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { native } from '../native/ffi.js';
import { koffiPath } from '../../loadKoffi.cjs';
import { StartBoard } from './startBoard.js';
import { START_THREAD_SOURCE, type StartThreadData } from './startThreadSource.js';

/** A thread that makes calls. */
export interface StartThread {
  /** Its number on the board. */
  readonly number: number;
  /** Living children that it started. */
  readonly children: Set<number>;
  /** Whether it has been told to end. */
  readonly isEnding: boolean;
  /** Ends it; it must be asleep. */
  end(): void;
  /**
   * Kills what it is starting and has not started: the thread comes back from its call then, as if there were a child.
   * @param threadId - Its number in the system.
   * @param isUnstarted - Whether a child that is not in `children` is of the call that the thread is making.
   */
  killUnstarted(threadId: number, isUnstarted: (pid: number) => boolean): void;
}

/** Is told that a thread ended by itself. */
export interface StartThreadListener {
  onThreadEnded(thread: StartThread): void;
}

/** The mark by which a tool that ends forgotten workers can tell one of ours; its value is to be called first, and waits. */
const MARK = Symbol.for('subwire.startThread');

/** A thread of the system. */
export class StartWorker implements StartThread {
  readonly number: number;
  readonly children: Set<number> = new Set();
  readonly #worker: Worker;
  #ending = false;

  /** @throws if there may be no workers here. */
  constructor(number: number, board: SharedArrayBuffer, wakeFd: number, listener: StartThreadListener) {
    this.number = number;
    const workerData: StartThreadData = { board, koffi: koffiPath(), thread: number, wakeFd };
    this.#worker = new Worker(START_THREAD_SOURCE, {
      eval: true,
      workerData,
      name: 'subwire start',
      env: {},
      argv: [],
      execArgv: [],
      stdin: false,
      // Not handed on to ours.
      stdout: true,
      stderr: true,
      trackUnmanagedFds: false,
    });
    Object.defineProperty(this.#worker, MARK, {
      value: () => {
        new StartBoard(board).waitForRest(number);
      },
    });
    // What follows is the end, of which there is an event too.
    this.#worker.on('error', () => undefined);
    this.#worker.on('exit', () => {
      listener.onThreadEnded(this);
    });
    this.#worker.unref();
  }

  get isEnding(): boolean {
    return this.#ending;
  }

  end(): void {
    this.#ending = true;
    void this.#worker.terminate();
  }

  killUnstarted(threadId: number, isUnstarted: (pid: number) => boolean): void {
    for (const pid of childrenOf(threadId)) {
      if (!this.children.has(pid) && isUnstarted(pid)) {
        native().kill(pid, SIGKILL);
      }
    }
  }
}

const SIGKILL = 9;

/** Returns the children that a thread of ours made, as far as the kernel tells. */
function childrenOf(threadId: number): number[] {
  try {
    const list = readFileSync(`/proc/self/task/${threadId}/children`, 'utf8').trim();
    return list === '' ? [] : list.split(' ').map(Number);
  } catch (untold) {
    void untold;
    return [];
  }
}
