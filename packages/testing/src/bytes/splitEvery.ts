/**
 * Feeds bytes in every way of cutting them in two, then one by one, then all at once.
 *
 * Whatever reads a stream must come to the same result each time; this finds the decoder that looks at one chunk alone.
 * @param bytes - The whole stream.
 * @param feed - Called once for each way, with the chunks; it checks the result.
 */
export function splitEvery(bytes: Uint8Array, feed: (chunks: readonly Uint8Array[]) => void): void {
  for (const chunks of everySplit(bytes)) {
    feed(chunks);
  }
}

/**
 * The same ways of cutting, for a check that waits: `for (const chunks of everySplit(bytes)) await check(chunks)`.
 *
 * No chunk is empty; of no bytes at all there is one way, without chunks.
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
