/**
 * Feeds bytes in every way of cutting them in two, then one by one, then all at once.
 *
 * Whatever reads a stream must come to the same result each time; this finds the decoder that looks at one chunk alone.
 * @param bytes - The whole stream.
 * @param feed - Called once for each way, with the chunks; it checks the result.
 */
export function splitEvery(bytes: Uint8Array, feed: (chunks: readonly Uint8Array[]) => void): void {
  for (let at = 1; at < bytes.length; at += 1) {
    feed([bytes.slice(0, at), bytes.slice(at)]);
  }
  feed(Array.from(bytes, (byte) => Uint8Array.of(byte)));
  feed([bytes.slice()]);
}
