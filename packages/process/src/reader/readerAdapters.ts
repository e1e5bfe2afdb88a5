import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';

/** The methods of a reader that the adapters call. */
export interface ByteSource {
  read(n: number): Promise<Uint8Array>;
  cancel(): void;
}

/** Most bytes of one chunk. */
const CHUNK_BYTES = 65_536;

/** Returns a web stream that reads only when it is pulled. */
export function readableStreamOf(source: ByteSource): ReadableStream<Uint8Array> {
  let cancelled = false;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await source.read(CHUNK_BYTES);
        if (cancelled) {
          return;
        }
        if (chunk.length === 0) {
          controller.close();
        } else {
          controller.enqueue(chunk);
        }
      },
      cancel() {
        cancelled = true;
        source.cancel();
      },
    },
    // No read-ahead: bytes stay in the reader until they are pulled, so that it pauses the transport.
    { highWaterMark: 0 },
  );
}

/** Returns a Node stream that reads only when its `read` is called. */
export function readableOf(source: ByteSource): Readable {
  return new Readable({
    read() {
      source.read(CHUNK_BYTES).then(
        (chunk) => {
          this.push(chunk.length === 0 ? null : chunk);
        },
        (error: unknown) => {
          this.destroy(error instanceof Error ? error : new Error(String(error)));
        },
      );
    },
    destroy(error, callback) {
      source.cancel();
      callback(error);
    },
  });
}
