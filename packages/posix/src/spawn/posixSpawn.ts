/**
 * One call of `posix_spawn`. Who makes it waits until the child has executed its program (the C library uses `vfork`, on
 * macOS it is a system call, so that takes as long however large this process is), so it is made on a thread of ours.
 *
 * 1. All that the call reads lies where the garbage collector does not move it, and lives until `finish()`.
 * 2. The call knows addresses only: whoever makes it needs nothing of this file.
 */
import { isAbsolutePath, pathFrom, type ByteString, type SpawnRequest } from '@subwire/transport';
import {
  POSIX_SPAWN_CLOEXEC_DEFAULT,
  POSIX_SPAWN_SETPGROUP,
  POSIX_SPAWN_SETSID,
  POSIX_SPAWN_SETSIGDEF,
  POSIX_SPAWN_SETSIGMASK,
} from '../native/constants.js';
import { native } from '../native/ffi.js';
import { systemError } from '../native/systemErrors.js';
import { cString, StringTable } from './stringTable.js';

// Larger than the structures of glibc: 336, 80 and 128 bytes. Those of macOS are pointers, and a word of 32 bits.
// None is so small that the engine might keep it in its heap, and move it.
const ATTRIBUTES_BYTES = 512;
const ACTIONS_BYTES = 128;
const SIGSET_BYTES = 128;

/**
 * Every signal, bit by bit: `sigfillset` leaves out 32 and 33, which the C library keeps for itself, and a child that
 * starts another thread library would inherit them ignored.
 */
const EVERY_SIGNAL: Uint8Array = Buffer.alloc(SIGSET_BYTES, 0xff);
const NO_SIGNAL: Uint8Array = Buffer.alloc(SIGSET_BYTES);

/** What a child is besides its program. */
export interface SpawnAttributes {
  readonly memory: Uint8Array;
  /** Used for other children too, and kept. */
  readonly shared: boolean;
}

/** The structures for the usual children; they are only read. */
const attributesByGroup = new Map<string, SpawnAttributes>();

/** Returns the attributes of a child, for one `posixSpawn()`, which frees those that are not shared. */
export function attributesOf(request: Pick<SpawnRequest, 'startNewSession' | 'processGroup'>): SpawnAttributes {
  const { startNewSession, processGroup } = request;
  if (processGroup !== null && processGroup > 0) {
    return { memory: makeAttributes(startNewSession, processGroup), shared: false };
  }
  const key = `${startNewSession} ${processGroup}`;
  let attributes = attributesByGroup.get(key);
  if (attributes === undefined) {
    attributes = { memory: makeAttributes(startNewSession, processGroup), shared: true };
    attributesByGroup.set(key, attributes);
  }
  return attributes;
}

function makeAttributes(newSession: boolean, group: number | null): Uint8Array {
  const c = native();
  const attributes = Buffer.alloc(ATTRIBUTES_BYTES);
  check(c.attrInit(attributes));
  let flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_CLOEXEC_DEFAULT;
  check(c.attrSetSigDefault(attributes, EVERY_SIGNAL));
  check(c.attrSetSigMask(attributes, NO_SIGNAL));
  if (newSession) {
    flags |= POSIX_SPAWN_SETSID;
  }
  // The leader of a session leads a group already and may not change it.
  if (group !== null && !(newSession && group === 0)) {
    flags |= POSIX_SPAWN_SETPGROUP;
    check(c.attrSetPgroup(attributes, group));
  }
  check(c.attrSetFlags(attributes, flags));
  return attributes;
}

function freeAttributes({ memory, shared }: SpawnAttributes): void {
  if (!shared) {
    native().attrDestroy(memory);
  }
}

/** What the child does with its descriptors and its directory before it executes the program. */
export class FileActions {
  readonly memory: Uint8Array = Buffer.alloc(ACTIONS_BYTES);
  #directory: ByteString | null = null;

  constructor() {
    check(native().fileActionsInit(this.memory));
  }

  changeDirectory(path: ByteString): void {
    check(native().fileActionsAddChdir(this.memory, cString(path)));
    this.#directory = isAbsolutePath(path) ? path : pathFrom(this.#directory ?? process.cwd(), path);
  }

  changeDirectoryByDescriptor(fd: number): void {
    check(native().fileActionsAddFchdir(this.memory, fd));
  }

  /**
   * Returns the path to give for a file that is named from the directory of the child.
   *
   * macOS starts a relative path from there too, and then says ENOENT of it (rust-lang/rust#80537): there is a child that
   * nobody knows of. The path is not tidied up: `..` behind a link is not what stands before the link.
   */
  pathTo(file: ByteString): ByteString {
    const directory = this.#directory;
    return directory === null || native().system.platform !== 'darwin' ? file : pathFrom(directory, file);
  }

  free(): void {
    native().fileActionsDestroy(this.memory);
  }
}

/** What to execute. */
export interface Image {
  readonly file: ByteString;
  readonly argv: readonly ByteString[];
  readonly env: StringTable;
}

/** How many addresses the call takes. */
export const ARGUMENT_COUNT: number = 6;

/** One call, ready to be made. */
export class SpawnCall {
  /** The addresses, in the order of the call. */
  readonly addresses: readonly number[];
  readonly #pid: Buffer = Buffer.alloc(PID_BYTES);
  readonly #actions: FileActions;
  readonly #attributes: SpawnAttributes;
  readonly #strings: StringTable;
  readonly #env: StringTable;

  /** Takes the actions and the attributes over. */
  constructor(image: Image, actions: FileActions, attributes: SpawnAttributes) {
    const calls = native();
    const strings = new StringTable([actions.pathTo(image.file), ...image.argv]);
    this.#actions = actions;
    this.#attributes = attributes;
    this.#strings = strings;
    this.#env = image.env;
    this.addresses = [
      calls.addressOf(this.#pid),
      strings.stringAt(0),
      calls.addressOf(actions.memory),
      calls.addressOf(attributes.memory),
      strings.addressAt(1),
      image.env.address,
    ];
  }

  /**
   * Makes the call here and now.
   * @returns the errno.
   */
  make(): number {
    const [pid = 0, path = 0, actions = 0, attributes = 0, argv = 0, env = 0] = this.addresses;
    return native().posixSpawn(pid, path, actions, attributes, argv, env);
  }

  /** How much memory it holds; for tests. */
  get byteLength(): number {
    return this.#strings.byteLength + this.#env.byteLength;
  }

  /** The child, 0 if there is none. */
  get pid(): number {
    return this.#pid.readInt32LE(0);
  }

  /**
   * Gives back what the call needed: it has returned, or was never made.
   * @returns the pid, 0 if there is no child.
   */
  finish(): number {
    this.#actions.free();
    freeAttributes(this.#attributes);
    return this.pid;
  }
}

/** A `pid_t` is 4; see above. */
const PID_BYTES = 128;

function check(errno: number): void {
  if (errno !== 0) {
    throw systemError('posix_spawn', errno);
  }
}
