import { closeSync, openSync } from 'node:fs';
import { ChildHandle, type ReadPipeHandle, type Signal, type WritePipeHandle } from '@subwire/transport';
import { WrappedChild, WrappedReadPipe, WrappedWritePipe, type Bug } from './wrappedBackend.js';

/** Descriptors that the leaking bug has open. */
const leaked: number[] = [];

/** Closes what the leaking bug left open. */
export function closeLeaked(): void {
  leaked.splice(0).forEach(closeSync);
}

/** A child that starts, and then says that it never did. */
class StartedAndFailed extends ChildHandle {
  override readonly stdin: WritePipeHandle | null = null;
  override readonly outputs: ReadonlyMap<number, ReadPipeHandle> = new Map();

  constructor(error: Error) {
    super();
    setImmediate(() => {
      this.emit('spawn', 1);
      this.emit('error', error);
    });
  }

  override kill(): boolean {
    return false;
  }
}

/** A bug, and the cases that must fail because of it. */
export interface PlantedBug {
  readonly bug: Bug;
  readonly caughtBy: readonly string[];
}

/** Bugs that a backend may have, by what it does wrong. */
export const plantedBugs: Readonly<Record<string, PlantedBug>> = {
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
    caughtBy: ['seam.paused', 'output.pause-holds-data'],
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
  'exits twice': {
    caughtBy: ['seam.exit-once'],
    bug: {
      child: class extends WrappedChild {
        override onExit(returncode: number): void {
          super.onExit(returncode);
          super.onExit(returncode);
        }
      },
    },
  },
  'reports a signal as an exit code': {
    caughtBy: ['exit.own-signal', 'signals.kill', 'seam.exit-by-signal'],
    bug: {
      child: class extends WrappedChild {
        override onExit(returncode: number): void {
          super.onExit(returncode < 0 ? 128 - returncode : returncode);
        }
      },
    },
  },
  'holds the exit back until the outputs are closed': {
    caughtBy: ['seam.exit-without-readers'],
    bug: {
      child: class extends WrappedChild {
        override onExit(returncode: number): void {
          const ends = [...this.inner.outputs.values()].map(
            (output) => new Promise((resolve) => output.on('close', resolve)),
          );
          void Promise.all(ends).then(() => {
            super.onExit(returncode);
          });
        }
      },
    },
  },
  'closes the outputs at the exit': {
    caughtBy: ['heldPipes.data-after-exit', 'output.late-reader'],
    bug: {
      child: class extends WrappedChild {
        override onExit(returncode: number): void {
          super.onExit(returncode);
          this.inner.outputs.forEach((output) => {
            output.close();
          });
        }
      },
    },
  },
  'drops the input at the exit': {
    caughtBy: ['heldPipes.input-flows-on'],
    bug: {
      child: class extends WrappedChild {
        override onExit(returncode: number): void {
          super.onExit(returncode);
          this.inner.stdin?.destroy();
        }
      },
    },
  },
  'emits during spawn()': {
    caughtBy: ['seam.silent-spawn'],
    bug: {
      child: class extends WrappedChild {
        constructor(inner: ChildHandle, bug: Bug) {
          super(inner, bug);
          this.emit('spawn', 1);
        }
        override onSpawn(): void {
          // It was said before.
        }
      },
    },
  },
  'emits inside kill()': {
    caughtBy: ['seam.nothing-inside-calls'],
    bug: {
      child: class extends WrappedChild {
        override kill(signal: Signal, scope?: 'process' | 'group'): boolean {
          this.emit('exit', -9);
          return super.kill(signal, scope);
        }
      },
    },
  },
  'says that a child started before it says that it did not': {
    caughtBy: ['seam.error-alone', 'errors.no-callbacks'],
    bug: { refused: (error) => new StartedAndFailed(error) },
  },
  'has a kill that does nothing': {
    caughtBy: ['signals.kill'],
    bug: {
      child: class extends WrappedChild {
        override kill(): boolean {
          return true;
        }
      },
    },
  },
  'kills the process instead of the group': {
    caughtBy: ['groups.none-of-its-own'],
    bug: {
      child: class extends WrappedChild {
        override kill(signal: Signal): boolean {
          return super.kill(signal, 'process');
        }
      },
    },
  },
  'reports a pid that is not the child’s': {
    caughtBy: ['spawn.pid-is-the-childs'],
    bug: {
      child: class extends WrappedChild {
        override onSpawn(pid: number | null): void {
          super.onSpawn(Number(pid) + 1);
        }
      },
    },
  },
  'leaks a descriptor': {
    caughtBy: ['close.frees-descriptors'],
    bug: {
      request: (request) => {
        leaked.push(openSync('/dev/null', 'r'));
        return request;
      },
    },
  },
  'ignores the environment': {
    caughtBy: ['environment.complete'],
    bug: { request: (request) => ({ ...request, env: null }) },
  },
  'adds our environment': {
    caughtBy: ['environment.complete', 'environment.empty'],
    bug: {
      request: (request) => ({
        ...request,
        env:
          request.env === null
            ? null
            : (Object.assign(Object.create(null), process.env, request.env) as NonNullable<typeof request.env>),
      }),
    },
  },
  'ignores the directory': {
    caughtBy: ['environment.directory'],
    bug: { request: (request) => ({ ...request, cwd: null }) },
  },
  'names the child after the executable': {
    caughtBy: ['spawn.executable'],
    bug: { request: (request) => ({ ...request, program: request.executable ?? request.program, executable: null }) },
  },
  'drops empty arguments': {
    caughtBy: ['spawn.arguments'],
    bug: { request: (request) => ({ ...request, args: request.args.filter((arg) => arg !== '') }) },
  },
  'claims real pipes': { caughtBy: ['output.reopened'], bug: { supports: { realPipes: true } } },
  'claims process groups': { caughtBy: ['groups.new-group'], bug: { supports: { processGroup: true } } },
  'claims readInto': { caughtBy: ['buffered.read-into'], bug: { supports: { readInto: true } } },
  'denies that it sees the child close its input': {
    caughtBy: ['input.lacks-peer-close'],
    bug: { supports: { stdinPeerClose: false } },
  },
};
