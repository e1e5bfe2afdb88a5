import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of memory in use after garbage collection. */
export function usedBytes(): number {
  collectGarbage();
  // The memory of array buffers is freed concurrently, and the next collection waits for that.
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** How often `grownBytes` calls what it measures. A queue that grows by one place each time takes 1.6 MB more. */
const CALLS = 200_000;

/** More than the noise of the engine, less than one place of an array for each call. */
export const NOISE_BYTES = 1_000_000;

/** Calls something over and over, and returns how many bytes more are in use afterwards. */
export async function grownBytes(call: (index: number) => unknown): Promise<number> {
  for (let index = 0; index < CALLS / 10; index += 1) {
    await call(index);
  }
  const before = usedBytes();
  for (let index = 0; index < CALLS; index += 1) {
    await call(index);
  }
  return usedBytes() - before;
}
