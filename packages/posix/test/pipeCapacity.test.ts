/** How many pipes get how large. */
import { afterEach, expect, it } from '@jest/globals';
import { native } from '../src/native/ffi.js';
import { giveBackOutput, growOutput } from '../src/pipe/pipeCapacity.js';
import { makePipe } from '../src/pipe/pipes.js';

const F_GETPIPE_SZ = 1032;
const LARGEST = 1_048_576;
const BUSY = 262_144;

const open: { fd: number; bytes: number }[] = [];

function busyPipe(): number {
  const { ours, childs } = makePipe(false, 3);
  const bytes = growOutput(ours);
  native().close(childs);
  open.push({ fd: ours, bytes });
  return bytes;
}

function closeOne(): void {
  const pipe = open.shift();
  if (pipe !== undefined) {
    native().close(pipe.fd);
    giveBackOutput(pipe.bytes);
  }
}

afterEach(() => {
  while (open.length > 0) {
    closeOne();
  }
});

it('16 busy outputs have the largest size at a time, others a quarter of it', () => {
  const sizes = Array.from({ length: 18 }, busyPipe);
  expect(sizes).toEqual([...Array.from({ length: 16 }, () => LARGEST), BUSY, BUSY]);
  expect(open.map(({ fd }) => native().fcntl(fd, F_GETPIPE_SZ, 0))).toEqual(sizes);
});

it('one that is closed makes room for another', () => {
  Array.from({ length: 17 }, busyPipe);
  closeOne();
  expect([busyPipe(), busyPipe()]).toEqual([LARGEST, BUSY]);
});

it('what cannot be made larger is told to hold what it holds', () => {
  expect(growOutput(-1)).toBe(65_536);
});
