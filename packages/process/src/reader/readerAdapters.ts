import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';

/** What the adapters need of a reader. */
export interface ByteSource {
  read(n: number): Promise<Uint8Array>;
  cancel(): void;
}

/** The most bytes that are passed on at once. */
const PIECE_BYTES = 65_536;

/** Returns a web stream that reads only when it is pulled. */
export function readableStreamOf(source: ByteSource): ReadableStream<Uint8Array> {
  let cancelled = false;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const piece = await source.read(PIECE_BYTES);
        if (cancelled) {
          return;
        }
        if (piece.length === 0) {
          controller.close();
        } else {
          controller.enqueue(piece);
        }
      },
      cancel() {
        cancelled = true;
        source.cancel();
      },
    },
    // Nothing is read ahead: what nobody asked for stays in the reader, which holds the transport back.
    { highWaterMark: 0 },
  );
}

/** Returns a Node stream that reads only when it is asked. */
export function readableOf(source: ByteSource): Readable {
  return new Readable({
    read() {
      source.read(PIECE_BYTES).then(
        (piece) => {
          this.push(piece.length === 0 ? null : piece);
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
