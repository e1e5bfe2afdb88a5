/**
 * Pipe handles of a child that is started a little later than its handle is handed out.
 *
 * Until the real pipe is attached they note what is asked of them, and do it then.
 */
import type { StdioSlot } from '../contract/stdio.js';
import { ReadPipeHandle, WritePipeHandle } from '../seam/childHandle.js';
import type { ChildPipes } from './childPipes.js';

/** The pipes of a child to come. */
export class LatePipes implements ChildPipes {
  readonly stdin: LateWritePipe | null;
  readonly outputs: ReadonlyMap<number, LateReadPipe>;
  #pipes: ChildPipes | null = null;
  #keepsAlive = true;

  /** @param stdio - What the child is to get. */
  constructor(stdio: ReadonlyMap<number, StdioSlot>) {
    const outputs = new Map<number, LateReadPipe>();
    for (const [fd, slot] of stdio) {
      if (fd > 0 && slot.kind === 'pipe') {
        outputs.set(fd, new LateReadPipe());
      }
    }
    this.stdin = stdio.get(0)?.kind === 'pipe' ? new LateWritePipe() : null;
    this.outputs = outputs;
  }

  /** Passes everything on from now on. */
  attach(pipes: ChildPipes): void {
    this.#pipes = pipes;
    if (pipes.stdin !== null) {
      this.stdin?.attach(pipes.stdin);
    }
    for (const [fd, pipe] of pipes.outputs) {
      this.outputs.get(fd)?.attach(pipe);
    }
    if (!this.#keepsAlive) {
      pipes.unref();
    }
  }

  ref(): void {
    this.#keepsAlive = true;
    this.#pipes?.ref();
  }

  unref(): void {
    this.#keepsAlive = false;
    this.#pipes?.unref();
  }
}

/** An output of a child to come. */
export class LateReadPipe extends ReadPipeHandle {
  #pipe: ReadPipeHandle | null = null;
  #reading = false;
  #closed = false;

  /** Passes everything on from now on. */
  attach(pipe: ReadPipeHandle): void {
    this.#pipe = pipe;
    pipe.on('data', (chunk) => {
      this.emit('data', chunk);
    });
    pipe.on('close', (error) => {
      this.emit('close', error);
    });
    if (this.#closed) {
      pipe.close();
    } else if (this.#reading) {
      pipe.resume();
    }
  }

  override resume(): void {
    this.#reading = true;
    this.#pipe?.resume();
  }

  override pause(): void {
    this.#reading = false;
    this.#pipe?.pause();
  }

  override close(): void {
    this.#closed = true;
    this.#pipe?.close();
  }
}

/** The input of a child to come. */
export class LateWritePipe extends WritePipeHandle {
  #pipe: WritePipeHandle | null = null;
  #asked: ((pipe: WritePipeHandle) => void)[] = [];

  /** Passes everything on from now on. */
  attach(pipe: WritePipeHandle): void {
    this.#pipe = pipe;
    pipe.on('close', (error) => {
      this.emit('close', error);
    });
    const asked = this.#asked;
    this.#asked = [];
    for (const act of asked) {
      act(pipe);
    }
  }

  override write(chunk: Uint8Array, flushed: (error?: Error | null) => void): void {
    if (this.#pipe === null) {
      const own = new Uint8Array(chunk);
      this.#asked.push((pipe) => {
        pipe.write(own, flushed);
      });
    } else {
      this.#pipe.write(chunk, flushed);
    }
  }

  override end(): void {
    this.#act((pipe) => {
      pipe.end();
    });
  }

  override destroy(): void {
    this.#act((pipe) => {
      pipe.destroy();
    });
  }

  #act(act: (pipe: WritePipeHandle) => void): void {
    if (this.#pipe === null) {
      this.#asked.push(act);
    } else {
      act(this.#pipe);
    }
  }
}
