import type { ReadPipeHandle } from '@subwire/transport';
import type { PlantedBugs } from './plantedBug.js';
import { WrappedReadPipe, WrappedWritePipe } from './wrappedBackend.js';

/** Bugs of the pipes. */
export const plantedPipeBugs: PlantedBugs = {
  'drops a chunk': {
    caughtBy: ['output.large', 'seam.close-last'],
    bug: {
      read: class extends WrappedReadPipe {
        #chunks = 0;
        override onData(chunk: Uint8Array): void {
          this.#chunks += 1;
          if (this.#chunks !== 2) {
            super.onData(chunk);
          }
        }
      },
    },
  },
  'delivers data after the close': {
    caughtBy: ['seam.close-last'],
    bug: {
      read: class extends WrappedReadPipe {
        override onClose(error: Error | null): void {
          super.onClose(error);
          this.emit('data', Uint8Array.of(1));
        }
      },
    },
  },
  'emits empty chunks': {
    caughtBy: ['output.chunks-not-empty', 'seam.chunks-not-empty'],
    bug: {
      read: class extends WrappedReadPipe {
        override onClose(error: Error | null): void {
          this.emit('data', new Uint8Array(0));
          super.onClose(error);
        }
      },
    },
  },
  'closes pipes twice': {
    caughtBy: ['seam.close-once'],
    bug: {
      read: class extends WrappedReadPipe {
        override onClose(error: Error | null): void {
          super.onClose(error);
          super.onClose(error);
        }
      },
    },
  },
  'resumes pipes early': {
    caughtBy: ['seam.born-paused'],
    bug: {
      read: class extends WrappedReadPipe {
        constructor(inner: ReadPipeHandle) {
          super(inner);
          inner.resume();
        }
      },
    },
  },
  'goes on while paused': {
    caughtBy: ['seam.paused'],
    bug: {
      read: class extends WrappedReadPipe {
        override pause(): void {
          // Nothing: that is the bug.
        }
      },
    },
  },
  'reads into the same memory again': {
    caughtBy: ['ownership.kept-chunks'],
    bug: {
      read: class extends WrappedReadPipe {
        readonly #memory = new Uint8Array(1_000_000);
        override onData(chunk: Uint8Array): void {
          this.#memory.set(chunk);
          super.onData(this.#memory.subarray(0, chunk.length));
        }
      },
    },
  },
  'cuts chunks from one piece of memory': {
    caughtBy: ['ownership.whole-chunks'],
    bug: {
      read: class extends WrappedReadPipe {
        readonly #memory = new Uint8Array(8_000_000);
        #used = 0;
        override onData(chunk: Uint8Array): void {
          const part = this.#memory.subarray(this.#used, this.#used + chunk.length);
          this.#used += chunk.length;
          part.set(chunk);
          super.onData(part);
        }
      },
    },
  },
  'keeps a reference to what is written': {
    caughtBy: ['ownership.written-bytes', 'seam.written-bytes'],
    bug: {
      write: class extends WrappedWritePipe {
        #left = 0;
        #ended = false;
        override write(chunk: Uint8Array, flushed: (error?: Error | null) => void): void {
          this.#left += 1;
          setImmediate(() => {
            this.inner.write(chunk, flushed);
            this.#left -= 1;
            this.#endIfDone();
          });
        }
        override end(): void {
          this.#ended = true;
          this.#endIfDone();
        }
        #endIfDone(): void {
          if (this.#ended && this.#left === 0) {
            this.inner.end();
          }
        }
      },
    },
  },
  'never flushes': {
    caughtBy: ['seam.flushed-once'],
    bug: {
      write: class extends WrappedWritePipe {
        override write(chunk: Uint8Array): void {
          this.inner.write(chunk, () => undefined);
        }
      },
    },
  },
  'flushes twice': {
    caughtBy: ['seam.flushed-once'],
    bug: {
      write: class extends WrappedWritePipe {
        override write(chunk: Uint8Array, flushed: (error?: Error | null) => void): void {
          this.inner.write(chunk, (error) => {
            flushed(error);
            flushed(error);
          });
        }
      },
    },
  },
  'flushes before anybody took it': {
    caughtBy: ['seam.flushed-when-taken', 'flowControl.pause', 'input.broken'],
    bug: {
      write: class extends WrappedWritePipe {
        override write(chunk: Uint8Array, flushed: (error?: Error | null) => void): void {
          this.inner.write(chunk, () => undefined);
          flushed();
        }
      },
    },
  },
  'swallows the end of the input': {
    caughtBy: ['input.end-by-close'],
    bug: {
      write: class extends WrappedWritePipe {
        override end(): void {
          // Nothing: that is the bug.
        }
      },
    },
  },
  'does not flush before the end of the input': {
    caughtBy: ['input.close-flushes', 'seam.end-flushes'],
    bug: {
      write: class extends WrappedWritePipe {
        override end(): void {
          this.inner.destroy();
        }
      },
    },
  },
};
