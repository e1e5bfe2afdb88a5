/**
 * What stands at the child's descriptors.
 *
 * 1. Descriptors that the caller gave are duplicated at once: the spawn may wait, and the caller may close them meanwhile.
 *    0, 1 and 2 are an exception; nobody closes them, and a thousand waiting children would hold thousands of copies.
 * 2. Pipes are made when the child is started.
 * 3. Everything that is put somewhere stands above everything that is put: then no `dup2` can hit a source that is
 *    still needed, whatever is swapped with what, and every `dup2` clears close-on-exec, which `dup2(n, n)` would not.
 * 4. What was not asked for is closed in the child, the gaps included.
 */
import { ValueError, type StdioSlot } from '@subwire/transport';
import { F_GETFD, O_RDWR, POSIX_SPAWN_CLOEXEC_DEFAULT } from '../native/constants.js';
import { native, type Memory } from '../native/ffi.js';
import { duplicate, makePipe, type PipeShape } from '../pipe/pipes.js';
import { ReadPipe } from '../pipe/readPipe.js';
import { systemError } from '../native/systemErrors.js';
import { WritePipe } from '../pipe/writePipe.js';

/** The standard streams of this process. */
const STANDARD_FDS = 3;

/** Both sides of one child's descriptors. */
export class ChildStdio {
  readonly stdin: WritePipe | null;
  readonly outputs: ReadonlyMap<number, ReadPipe>;
  readonly #slots: ReadonlyMap<number, StdioSlot>;
  readonly #shape: PipeShape;
  /** Above the highest descriptor of the child. */
  readonly #lowestSource: number;
  /** Duplicates of what the caller gave, by the child's descriptor. */
  readonly #given = new Map<number, number>();
  /** Our ends, until the pipes take them over. */
  readonly #ours = new Map<number, number>();
  readonly #childs: number[] = [];

  /** @throws the system's error for a descriptor that is not open. */
  constructor(slots: ReadonlyMap<number, StdioSlot>, shape: PipeShape) {
    this.#slots = slots;
    this.#shape = shape;
    this.#lowestSource = Math.max(STANDARD_FDS, ...slots.keys()) + 1;
    const outputs = new Map<number, ReadPipe>();
    for (const [childFd, slot] of slots) {
      if (slot.kind === 'pipe' && childFd > 0) {
        outputs.set(childFd, new ReadPipe(shape));
      }
    }
    this.stdin = slots.get(0)?.kind === 'pipe' ? new WritePipe(shape) : null;
    this.outputs = outputs;
    this.#duplicateGiven();
  }

  /**
   * Makes the pipes and writes down what the child does with its descriptors.
   * @throws the system's error; `drop()` is due then.
   */
  prepare(actions: Memory): void {
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
    for (const [childFd, fd] of this.#ours) {
      this.#ours.delete(childFd);
      (childFd === 0 ? this.stdin : this.outputs.get(childFd))?.open(fd);
    }
  }

  /** There is no child: nothing stays open. */
  drop(): void {
    this.#closeSources();
    for (const fd of this.#ours.values()) {
      native().close(fd);
    }
    this.#ours.clear();
    this.stdin?.drop();
    for (const output of this.outputs.values()) {
      output.drop();
    }
  }

  #duplicateGiven(): void {
    try {
      for (const [childFd, slot] of this.#slots) {
        if (slot.kind !== 'fd') {
          continue;
        }
        if (slot.fd >= STANDARD_FDS) {
          this.#given.set(childFd, duplicate(slot.fd, this.#lowestSource));
        } else if (native().fcntl(slot.fd, F_GETFD, 0) < 0) {
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
      case 'end':
        throw new ValueError('the posix backend makes no pipes between children');
      case 'stdout':
        return sources.get(1) ?? null;
      case 'pipe': {
        const { ours, childs } = makePipe(childFd === 0, this.#lowestSource, this.#shape);
        this.#ours.set(childFd, ours);
        this.#childs.push(childs);
        return childs;
      }
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
