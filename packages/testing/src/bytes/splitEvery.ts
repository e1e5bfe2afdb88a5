/**
 * Calls a function with bytes that are cut in every way into two chunks, then into single bytes, then in one chunk.
 *
 * Code that reads a stream must have the same result each time. This finds decoders that assume that a chunk is complete.
 *
 * @param bytes - The whole stream.
 * @param feed - Called for each way with the chunks; it checks the result.
 */
export function splitEvery(bytes: Uint8Array, feed: (chunks: readonly Uint8Array[]) => void): void {
  for (const chunks of everySplit(bytes)) {
    feed(chunks);
  }
}

/**
 * Yields the chunks of each way that `splitEvery` uses, for checks that are asynchronous:
 * `for (const chunks of everySplit(bytes)) await check(chunks)`.
 *
 * No chunk is empty. For an empty stream it yields once, an empty list.
 *
 * @param bytes - The whole stream.
 */
export function* everySplit(bytes: Uint8Array): Generator<readonly Uint8Array[], void, undefined> {
  for (let at = 1; at < bytes.length; at += 1) {
    yield [bytes.slice(0, at), bytes.slice(at)];
  }
  yield Array.from(bytes, (byte) => Uint8Array.of(byte));
  if (bytes.length > 0) {
    yield [bytes.slice()];
  }
}
