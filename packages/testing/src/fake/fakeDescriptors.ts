/**
 * The descriptors of a fake child and of its descendants.
 *
 * 1. With `stderr: STDOUT` two descriptors are one pipe, held twice.
 * 2. What is no pipe (inherited, the null device, a file) takes every byte and keeps none.
 */
import type { SpawnRequest } from '@subwire/transport';
import { FakeInput, type FakeInputSettings } from './fakeInput.js';
import { makeFakeOutput, type FakeOutput, type FakePipeSettings, type WriteOutcome } from './fakeOutput.js';

/** Both ends of everything that stands at the descriptors of a child. */
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
      if (slot.kind === 'stdout') {
        this.take(fd);
      }
    }
  }

  /** The output behind a descriptor, if that is a pipe. */
  outputAt(fd: number): FakeOutput | undefined {
    return this.outputs.get(this.#stdio.get(fd)?.kind === 'stdout' ? 1 : fd);
  }

  /** The child writes. */
  write(fd: number, bytes: Uint8Array): Promise<WriteOutcome> {
    this.requireKnown(fd);
    return this.#open.has(fd) ? this.writeHeld(fd, bytes) : Promise.resolve('broken');
  }

  /** Somebody who holds a descriptor writes. */
  writeHeld(fd: number, bytes: Uint8Array): Promise<WriteOutcome> {
    return this.outputAt(fd)?.write(bytes) ?? Promise.resolve('taken');
  }

  /** Somebody who holds descriptor 0 reads. */
  read(maxBytes: number): Promise<Uint8Array> {
    return this.input?.read(Math.max(1, maxBytes)) ?? Promise.resolve(new Uint8Array(0));
  }

  /** The child closes a descriptor. */
  close(fd: number): void {
    this.requireKnown(fd);
    if (this.#open.delete(fd)) {
      this.letGo(fd);
    }
  }

  /** The child is gone. */
  closeAll(): void {
    for (const fd of [...this.#open]) {
      this.close(fd);
    }
  }

  /** One more process holds a descriptor. */
  take(fd: number): void {
    this.outputAt(fd)?.addHolder();
    if (fd === 0) {
      this.input?.addHolder();
    }
  }

  /** One process less holds a descriptor. */
  letGo(fd: number): void {
    this.outputAt(fd)?.removeHolder();
    if (fd === 0) {
      this.input?.removeHolder();
    }
  }

  /** @throws {RangeError} if the child was started without that descriptor: a mistake in the test. */
  requireKnown(fd: number): void {
    if (!this.#stdio.has(fd)) {
      throw new RangeError(`the fake child has no descriptor ${fd}`);
    }
  }
}
