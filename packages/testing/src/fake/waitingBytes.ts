/** Number of bytes that are left of the writes in a queue. */
export function restLength(writes: Iterable<{ readonly rest: Uint8Array }>): number {
  let sum = 0;
  for (const { rest } of writes) {
    sum += rest.length;
  }
  return sum;
}
