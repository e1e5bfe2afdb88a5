/**
 * What a start thread runs: it takes the next call from the board, makes it, and says so.
 *
 * It is a text because it has to run wherever this package is put, in a bundle too, and in a test runner that loads
 * modules in its own way. It uses nothing of the package but the numbers of the board, and koffi, by its path.
 */
import {
  ADDRESSES,
  ASLEEP,
  AWAKE,
  BELL,
  DONE,
  ERRNO,
  HEAD,
  LOADED,
  QUEUE,
  QUEUED,
  QUEUE_LENGTH,
  RUNNER,
  RUNNING,
  STATE,
  TAIL,
  THREAD_ID,
  WOKEN,
} from './startBoard.js';
import { ARGUMENT_COUNT } from './posixSpawn.js';

/** What a thread is given. */
export interface StartThreadData {
  readonly board: SharedArrayBuffer;
  readonly koffi: string;
  /** Its number on the board. */
  readonly thread: number;
  /** To be written to when there is a result. */
  readonly wakeFd: number;
}

/** The program of a thread, CommonJS. */
export const START_THREAD_SOURCE: string = `'use strict';
const { workerData: { board, koffi, thread, wakeFd } } = require('node:worker_threads');
const words = new Int32Array(board, 0, ${ADDRESSES / 4});
const addresses = new Float64Array(board, ${ADDRESSES});
const byte = new Uint8Array(1);
const bell = ${BELL} + thread;
let spawn;
let write;
try {
  const lib = require(koffi).load(null);
  spawn = lib.func('posix_spawn', 'int', Array(${ARGUMENT_COUNT}).fill('uintptr_t'));
  write = lib.func('write', 'intptr_t', ['int', 'void *', 'size_t']);
  let threadId = -1;
  try {
    threadId = lib.func('gettid', 'int', [])();
  } catch {}
  Atomics.store(words, ${THREAD_ID} + thread, threadId);
} finally {
  Atomics.store(words, ${LOADED} + thread, 1);
  Atomics.notify(words, ${LOADED} + thread);
}
for (;;) {
  const head = Atomics.load(words, ${HEAD});
  if (head === Atomics.load(words, ${TAIL})) {
    Atomics.store(words, bell, ${ASLEEP});
    if (head === Atomics.load(words, ${TAIL})) Atomics.wait(words, bell, ${ASLEEP});
    Atomics.store(words, bell, ${AWAKE});
    continue;
  }
  const place = Atomics.load(words, ${QUEUE} + (head & ${QUEUE_LENGTH - 1}));
  if (Atomics.compareExchange(words, ${HEAD}, head, (head + 1) | 0) !== head) continue;
  if (Atomics.compareExchange(words, ${STATE} + place, ${QUEUED}, ${RUNNING}) === ${QUEUED}) {
    Atomics.store(words, ${RUNNER} + place, thread);
    const at = place * ${ARGUMENT_COUNT};
    Atomics.store(words, ${ERRNO} + place, spawn(${Array.from({ length: ARGUMENT_COUNT }, (_, index) => `addresses[at + ${index}]`).join(', ')}));
  }
  Atomics.store(words, ${STATE} + place, ${DONE});
  Atomics.notify(words, ${STATE} + place);
  if (Atomics.exchange(words, ${WOKEN}, 1) === 0) write(wakeFd, byte, 1);
}
`;
