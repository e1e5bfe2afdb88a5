/** Handles that record everything that passes through them, and change nothing. */
import {
  ChildHandle,
  ReadPipeHandle,
  signalName,
  signalNumber,
  WritePipeHandle,
  type BufferReceiver,
  type KillAnswer,
  type Signal,
  type SignalScope,
} from '@subwire/transport';
import { recordError } from './recordedError.js';
import type { SessionHappening } from './session.js';

/** Records what happened. */
export type Note = (happening: SessionHappening) => void;

/** A child of another backend that is recorded. */
export class RecordedChild extends ChildHandle {
  override readonly stdin: WritePipeHandle | null;
  override readonly outputs: ReadonlyMap<number, ReadPipeHandle>;
  readonly #inner: ChildHandle;
  readonly #note: Note;

  constructor(inner: ChildHandle, note: Note) {
    super();
    this.#inner = inner;
    this.#note = note;
    this.stdin = inner.stdin === null ? null : new RecordedInput(inner.stdin, note);
    this.outputs = new Map([...inner.outputs].map(([fd, output]) => [fd, recordedOutput(output, fd, note)]));
    inner.on('spawn', (pid) => {
      note({ kind: 'started', pid: pid !== null });
      this.emit('spawn', pid);
    });
    inner.on('exit', (end) => {
      note({ kind: 'exit', end });
      this.emit('exit', end);
    });
    inner.on('killFailed', (failure) => {
      const { signal, scope, error } = failure;
      note({ kind: 'undelivered', signal: nameOf(signal), scope, error: recordError(error) });
      this.emit('killFailed', failure);
    });
    inner.on('lost', (error) => {
      note({ kind: 'lost', error: recordError(error) });
      this.emit('lost', error);
    });
    inner.on('error', (error) => {
      note({ kind: 'failed', error: recordError(error) });
      this.emit('error', error);
    });
  }

  override get pid(): number | null {
    return this.#inner.pid;
  }

  override abandon(): boolean {
    const never = this.#inner.abandon();
    this.#note({ kind: 'abandon', never });
    return never;
  }

  override ref(): void {
    this.#inner.ref();
  }

  override unref(): void {
    this.#inner.unref();
  }

  override kill(signal: Signal, scope: SignalScope = 'process'): KillAnswer {
    const name = nameOf(signal);
    try {
      const answer = this.#inner.kill(signal, scope);
      this.#note({ kind: 'signal', signal: name, scope, outcome: answer });
      return answer;
    } catch (thrown) {
      if (thrown instanceof Error) {
        this.#note({ kind: 'signal', signal: name, scope, outcome: recordError(thrown) });
      }
      throw thrown;
    }
  }
}

function nameOf(signal: Signal): Signal {
  return signalName(signalNumber(signal)) ?? signal;
}

class RecordedInput extends WritePipeHandle {
  readonly #inner: WritePipeHandle;
  readonly #note: Note;
  #writes = 0;

  constructor(inner: WritePipeHandle, note: Note) {
    super();
    this.#inner = inner;
    this.#note = note;
    inner.on('close', (error) => {
      note({ kind: 'closed', fd: 0, error: error === null ? null : recordError(error) });
      this.emit('close', error);
    });
  }

  override write(chunk: Uint8Array, flushed: (error?: Error | null) => void): void {
    this.#writes += 1;
    const write = this.#writes;
    this.#note({ kind: 'write', payload: [chunk.slice()] });
    let returned = false;
    this.#inner.write(chunk, (error) => {
      if (returned && (error ?? null) === null) {
        this.#note({ kind: 'taken', write });
      }
      flushed(error);
    });
    returned = true;
  }

  override end(): void {
    this.#note({ kind: 'end' });
    this.#inner.end();
  }

  override destroy(): void {
    this.#note({ kind: 'destroy' });
    this.#inner.destroy();
  }
}

class RecordedOutput extends ReadPipeHandle {
  protected readonly inner: ReadPipeHandle;
  protected readonly note: Note;
  protected readonly fd: number;
  #paused = false;

  constructor(inner: ReadPipeHandle, fd: number, note: Note) {
    super();
    this.inner = inner;
    this.fd = fd;
    this.note = note;
    inner.on('data', (chunk) => {
      note({ kind: 'data', fd, payload: [chunk.slice()] });
      this.emit('data', chunk);
    });
    inner.on('close', (error) => {
      note({ kind: 'closed', fd, error: error === null ? null : recordError(error) });
      this.emit('close', error);
    });
  }

  override resume(): void {
    // The first one comes at the start of every child, and is not recorded.
    if (this.#paused) {
      this.#paused = false;
      this.note({ kind: 'resume', fd: this.fd });
    }
    this.inner.resume();
  }

  override pause(): void {
    this.#paused = true;
    this.note({ kind: 'pause', fd: this.fd });
    this.inner.pause();
  }

  override close(): void {
    this.note({ kind: 'close', fd: this.fd });
    this.inner.close();
  }
}

/** A recorded output that can read into memory of the receiver. */
class RecordedBufferedOutput extends RecordedOutput {
  override readInto(receiver: BufferReceiver | null): void {
    this.inner.readInto?.(receiver === null ? null : this.#recordInto(receiver));
  }

  #recordInto(receiver: BufferReceiver): BufferReceiver {
    let room = new Uint8Array(0);
    return {
      getBuffer: (sizeHint) => {
        room = receiver.getBuffer(sizeHint) as Uint8Array<ArrayBuffer>;
        return room;
      },
      bufferUpdated: (nbytes) => {
        this.note({ kind: 'data', fd: this.fd, payload: [room.slice(0, nbytes)] });
        receiver.bufferUpdated(nbytes);
      },
    };
  }
}

function recordedOutput(inner: ReadPipeHandle, fd: number, note: Note): RecordedOutput {
  return inner.readInto === undefined
    ? new RecordedOutput(inner, fd, note)
    : new RecordedBufferedOutput(inner, fd, note);
}
