/**
 * One call of `posix_spawn`, on a pool thread: the thread waits until the child has executed its program (the C library
 * uses `vfork`, on macOS it is a system call, so that takes as long however large this process is), the loop does not.
 */
import { isAbsolute } from 'node:path';
import type { SpawnRequest } from '@subwire/transport';
import {
  POSIX_SPAWN_CLOEXEC_DEFAULT,
  POSIX_SPAWN_SETPGROUP,
  POSIX_SPAWN_SETSID,
  POSIX_SPAWN_SETSIGDEF,
  POSIX_SPAWN_SETSIGMASK,
} from '../native/constants.js';
import type { EnvironmentBlock } from './environment.js';
import { native, type Memory } from '../native/ffi.js';
import { systemError } from '../native/systemErrors.js';

// Larger than the structures of glibc: 336, 80 and 128 bytes. Those of macOS are pointers, and a word of 32 bits.
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
  readonly memory: Memory;
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

function makeAttributes(newSession: boolean, group: number | null): Memory {
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
  readonly memory: Memory = Buffer.alloc(ACTIONS_BYTES);
  #directory: string | null = null;

  constructor() {
    check(native().fileActionsInit(this.memory));
  }

  changeDirectory(path: string): void {
    check(native().fileActionsAddChdir(this.memory, path));
    this.#directory = isAbsolute(path) ? path : `${this.#directory ?? process.cwd()}/${path}`;
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
  pathTo(file: string): string {
    const directory = this.#directory;
    if (directory === null || isAbsolute(file) || native().system.platform !== 'darwin') {
      return file;
    }
    return `${directory}/${file}`;
  }

  free(): void {
    native().fileActionsDestroy(this.memory);
  }
}

/** What to execute. */
export interface Image {
  readonly file: string;
  readonly argv: readonly string[];
  readonly env: EnvironmentBlock;
}

/**
 * Starts a child.
 *
 * @param done - Called later, inside a callback of koffi, with the pid or the system's error.
 */
export function posixSpawn(
  image: Image,
  actions: FileActions,
  attributes: SpawnAttributes,
  done: (error: Error | null, pid: number) => void,
): void {
  const pid = new Int32Array(1);
  native().posixSpawnAsync(
    pid,
    actions.pathTo(image.file),
    actions.memory,
    attributes.memory,
    [...image.argv, null],
    image.env instanceof BigUint64Array ? image.env : [...image.env, null],
    (thrown, errno) => {
      // Used here, with `pid` and `image`, so that they live as long as the call.
      actions.free();
      freeAttributes(attributes);
      if (thrown instanceof Error) {
        done(thrown, 0);
      } else {
        done(errno === 0 ? null : systemError('posix_spawn', errno), pid[0] ?? 0);
      }
    },
  );
}

function check(errno: number): void {
  if (errno !== 0) {
    throw systemError('posix_spawn', errno);
  }
}
