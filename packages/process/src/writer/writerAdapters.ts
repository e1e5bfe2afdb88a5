import { Writable } from 'node:stream';
import { WritableStream } from 'node:stream/web';

/** The methods of a writer that the adapters call. */
export interface ByteSink {
  write(data: Uint8Array | string): void;
  writelines(list: Iterable<Uint8Array | string>): void;
  drain(): Promise<void>;
  close(): void;
  waitClosed(): Promise<void>;
  readonly transport: { abort(): void };
}

/** Returns a web stream whose writes wait for `drain`, and whose close waits until everything is flushed. */
export function writableStreamOf(sink: ByteSink): WritableStream<Uint8Array | string> {
  return new WritableStream<Uint8Array | string>({
    write(data) {
      sink.write(data);
      return sink.drain();
    },
    close() {
      sink.close();
      return sink.waitClosed();
    },
    abort() {
      sink.transport.abort();
    },
  });
}

/** Returns a Node stream whose writes wait for `drain`, and whose end waits until everything is flushed. */
export function writableOf(sink: ByteSink): Writable {
  return new Writable({
    write(chunk: Uint8Array, _encoding, callback) {
      sink.write(chunk);
      sink.drain().then(() => {
        callback();
      }, callback);
    },
    writev(chunks: readonly { chunk: Uint8Array }[], callback) {
      sink.writelines(chunks.map(({ chunk }) => chunk));
      sink.drain().then(() => {
        callback();
      }, callback);
    },
    final(callback) {
      sink.close();
      sink.waitClosed().then(() => {
        callback();
      }, callback);
    },
    destroy(error, callback) {
      if (this.writableFinished) {
        sink.close();
      } else {
        sink.transport.abort();
      }
      callback(error);
    },
  });
}
