/**
 * The descriptors of a fake child and of its descendants.
 *
 * 1. With `stderr: STDOUT` two descriptors refer to one pipe.
 * 2. An end of a pipe between two children is held from here on, as a duplicate of it would be.
 * 3. A descriptor that is no pipe (inherited, the null device, a file) accepts and drops all bytes.
 */
import type { SpawnRequest } from '@subwire/transport';
import { FakePipeEnd } from './fakeChildPipe.js';
import { FakeInput, type FakeInputSettings } from './fakeInput.js';
import { makeFakeOutput, type FakeOutput, type FakePipeSettings, type WriteOutcome } from './fakeOutput.js';

/** The pipes at the descriptors of a child, with both ends. */
export class FakeDescriptors {
  readonly input: FakeInput | null;
  readonly outputs: ReadonlyMap<number, FakeOutput>;
  readonly #stdio: SpawnRequest['stdio'];
  readonly #open: Set<number>;

  constructor(stdio: SpawnRequest['stdio'], settings: FakePipeSettings & FakeInputSettings) {
    this.#stdio = stdio;
    this.#open = new Set(stdio.keys());
    this.input = stdio.get(0)?.kind === 'pipe' ? new FakeInput(settings) : null;
    const outputs = new Map<number, FakeOutput>();
    for (const [fd, slot] of stdio) {
      if (fd > 0 && slot.kind === 'pipe') {
        outputs.set(fd, makeFakeOutput(settings));
      }
    }
    this.outputs = outputs;
    for (const [fd, slot] of stdio) {
      if (slot.kind === 'stdout' || slot.kind === 'end') {
        this.take(fd);
      }
    }
  }

  /** Returns the output at a descriptor, `undefined` if it is no pipe. */
  outputAt(fd: number): FakeOutput | undefined {
    return this.outputs.get(this.#stdio.get(fd)?.kind === 'stdout' ? 1 : fd);
  }

  #endAt(fd: number): FakePipeEnd | undefined {
    const slot = this.#stdio.get(fd);
    return slot?.kind === 'end' && slot.end instanceof FakePipeEnd ? slot.end : undefined;
  }

  /** For the child: writes. */
  write(fd: number, bytes: Uint8Array): Promise<WriteOutcome> {
    this.requireKnown(fd);
    return this.#open.has(fd) ? this.writeHeld(fd, bytes) : Promise.resolve('broken');
  }

  /** For a process that holds a descriptor: writes. */
  writeHeld(fd: number, bytes: Uint8Array): Promise<WriteOutcome> {
    return (this.outputAt(fd) ?? this.#endAt(fd)?.pipe)?.write(bytes) ?? Promise.resolve('taken');
  }

  /** For a process that holds descriptor 0: reads. */
  read(maxBytes: number): Promise<Uint8Array> {
    return (this.input ?? this.#endAt(0)?.pipe)?.read(Math.max(1, maxBytes)) ?? Promise.resolve(new Uint8Array(0));
  }

  /** For the child: closes a descriptor. */
  close(fd: number): void {
    this.requireKnown(fd);
    if (this.#open.delete(fd)) {
      this.letGo(fd);
    }
  }

  /** For the child: closes all descriptors, at its end. */
  closeAll(): void {
    for (const fd of [...this.#open]) {
      this.close(fd);
    }
  }

  /** Counts one more process that holds a descriptor. */
  take(fd: number): void {
    this.outputAt(fd)?.addHolder();
    this.#endAt(fd)?.addHolder();
    if (fd === 0) {
      this.input?.addHolder();
    }
  }

  /** Counts one process less that holds a descriptor. */
  letGo(fd: number): void {
    this.outputAt(fd)?.removeHolder();
    this.#endAt(fd)?.removeHolder();
    if (fd === 0) {
      this.input?.removeHolder();
    }
  }

  /** @throws {RangeError} if the child was started without that descriptor. */
  requireKnown(fd: number): void {
    if (!this.#stdio.has(fd)) {
      throw new RangeError(`the fake child has no descriptor ${fd}`);
    }
  }
}
