/**
 * What stands at the child's descriptors.
 *
 * 1. Descriptors and ends of pipes that the caller gave are duplicated at once: the spawn may wait, and the caller may
 *    close them meanwhile. 0, 1 and 2 are an exception; nobody closes them, and a thousand waiting children would hold
 *    thousands of copies.
 * 2. Pipes are made when the child is started, and our ends are registered before there is a child: what the system refuses
 *    is refused to the creation, and nothing that watches the child is left to be made once it runs.
 * 3. Everything that is put somewhere stands above everything that is put: then no `dup2` can hit a source that is
 *    still needed, whatever is swapped with what, and every `dup2` clears close-on-exec, which `dup2(n, n)` would not.
 * 4. What was not asked for is closed in the child, the gaps included.
 */
import type { StdioSlot } from '@subwire/transport';
import { F_GETFD, O_RDWR, POSIX_SPAWN_CLOEXEC_DEFAULT } from '../native/constants.js';
import { duplicate } from '../native/descriptors.js';
import { native, type Memory } from '../native/ffi.js';
import { KeepAlive } from '../loop/keepAlive.js';
import { ownEnd } from '../pipe/childPipe.js';
import { makePipe, type PipeShape } from '../pipe/pipes.js';
import { ReadPipe } from '../pipe/readPipe.js';
import { systemError } from '../native/systemErrors.js';
import { WritePipe } from '../pipe/writePipe.js';

/** The standard streams of this process. */
const STANDARD_FDS = 3;

/** Both sides of one child's descriptors. */
export class ChildStdio {
  readonly stdin: WritePipe | null;
  readonly outputs: ReadonlyMap<number, ReadPipe>;
  /** Taken from `prepare()` on; whoever watches the child gives it back, or `drop()` does. */
  readonly keepAlive: KeepAlive = new KeepAlive();
  readonly #slots: ReadonlyMap<number, StdioSlot>;
  readonly #shape: PipeShape;
  /** Above the highest descriptor of the child. */
  readonly #lowestSource: number;
  /** Duplicates of what the caller gave, by the child's descriptor. */
  readonly #given = new Map<number, number>();
  readonly #childs: number[] = [];

  /**
   * @throws {ValueError} for an end of a pipe that another backend made.
   * @throws the system's error for a descriptor that is not open.
   */
  constructor(slots: ReadonlyMap<number, StdioSlot>, shape: PipeShape) {
    this.#slots = slots;
    this.#shape = shape;
    this.#lowestSource = Math.max(STANDARD_FDS, ...slots.keys()) + 1;
    const outputs = new Map<number, ReadPipe>();
    for (const [childFd, slot] of slots) {
      if (slot.kind === 'pipe' && childFd > 0) {
        outputs.set(childFd, new ReadPipe(shape, this.keepAlive));
      }
    }
    this.stdin = slots.get(0)?.kind === 'pipe' ? new WritePipe(shape, this.keepAlive) : null;
    this.outputs = outputs;
    this.#duplicateGiven();
  }

  /**
   * Makes the pipes, takes what watching the child will need, and writes down what the child does with its descriptors.
   * @throws the system's error; `drop()` is due then.
   */
  prepare(actions: Memory): void {
    this.keepAlive.take();
    const sources = new Map<number, number>();
    for (const [childFd, slot] of this.#slots) {
      const source = this.#sourceOf(childFd, slot, sources);
      if (source !== null) {
        sources.set(childFd, source);
      }
    }
    const c = native();
    for (const [childFd, source] of sources) {
      check(c.fileActionsAddDup2(actions, source, childFd));
    }
    for (const [childFd, slot] of this.#slots) {
      if (slot.kind === 'null') {
        check(c.fileActionsAddOpen(actions, childFd, '/dev/null', O_RDWR, 0));
      }
    }
    this.#closeTheRest(actions);
  }

  /** The child runs: our ends become live, its ends are its own. */
  connect(): void {
    this.#closeSources();
    this.stdin?.start();
    for (const output of this.outputs.values()) {
      output.start();
    }
  }

  /** There is no child: nothing stays open. */
  drop(): void {
    this.#closeSources();
    this.stdin?.drop();
    for (const output of this.outputs.values()) {
      output.drop();
    }
    this.keepAlive.give();
  }

  #duplicateGiven(): void {
    try {
      for (const [childFd, slot] of this.#slots) {
        if (slot.kind === 'end') {
          this.#given.set(childFd, ownEnd(slot.end).duplicate(this.#lowestSource));
        } else if (slot.kind === 'fd' && slot.fd >= STANDARD_FDS) {
          this.#given.set(childFd, duplicate(slot.fd, this.#lowestSource));
        } else if (slot.kind === 'fd' && native().fcntl(slot.fd, F_GETFD, 0) < 0) {
          throw systemError('fcntl', native().errno());
        }
      }
    } catch (thrown) {
      this.drop();
      throw thrown;
    }
  }

  #sourceOf(childFd: number, slot: StdioSlot, sources: ReadonlyMap<number, number>): number | null {
    switch (slot.kind) {
      case 'null':
        return null;
      case 'stdout':
        return sources.get(1) ?? null;
      case 'pipe': {
        const { ours, childs } = makePipe(childFd === 0, this.#lowestSource, this.#shape);
        this.#childs.push(childs);
        (childFd === 0 ? this.stdin : this.outputs.get(childFd))?.reserve(ours);
        return childs;
      }
      case 'end':
        return this.#given.get(childFd) ?? null;
      case 'fd': {
        let source = this.#given.get(childFd);
        if (source === undefined) {
          source = duplicate(slot.fd, this.#lowestSource);
          this.#given.set(childFd, source);
        }
        return source;
      }
    }
  }

  #closeTheRest(actions: Memory): void {
    // With the flag everything is closed that no action put there, and to close what is not open would fail.
    if (POSIX_SPAWN_CLOEXEC_DEFAULT !== 0) {
      return;
    }
    const c = native();
    const highest = Math.max(...this.#slots.keys());
    for (let fd = 0; fd < highest; fd += 1) {
      if (!this.#slots.has(fd)) {
        check(c.fileActionsAddClose(actions, fd));
      }
    }
    // Without it (glibc before 2.34) what foreign code left inheritable reaches the child; nothing of ours does.
    if (c.fileActionsAddCloseFrom !== null) {
      check(c.fileActionsAddCloseFrom(actions, highest + 1));
    }
  }

  #closeSources(): void {
    const c = native();
    for (const fd of this.#childs) {
      c.close(fd);
    }
    for (const fd of this.#given.values()) {
      c.close(fd);
    }
    this.#childs.length = 0;
    this.#given.clear();
  }
}

/** The functions of file actions return the errno. */
function check(errno: number): void {
  if (errno !== 0) {
    throw systemError('posix_spawn_file_actions', errno);
  }
}
