/**
 * The environment of a child that inherits ours.
 *
 * `process.env` is a window on the environment of the C library, and a slow one: to read it all takes longer than the
 * rest of a spawn. So the C library's table of pointers is copied instead. The table must be copied, because it moves
 * when a variable is set while a pool thread reads it; the strings need not be, because glibc never frees or changes one.
 *
 * Where `process.env` is something else (a test runner's copy, an object that somebody put there) it is read as it is. So
 * it is on macOS: Apple's `setenv` writes into the strings of the table and moves them (`stdlib/FreeBSD/setenv.c` of Libc),
 * so the table cannot be handed to a pool thread.
 */
import { native } from '../native/ffi.js';

/** What `posix_spawn` takes: `NAME=value` strings, or a table of pointers to such. */
export type EnvironmentBlock = readonly string[] | BigUint64Array;

/** Returns our environment as it is now. */
export function ownEnvironment(): EnvironmentBlock {
  const lasting = native().system.platform === 'linux';
  return lasting && process.env === windowOnC() ? copyTable() : environmentBlock(process.env);
}

/** Returns the given variables; those without a value are left out. */
export function environmentBlock(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const list: string[] = [];
  for (const name of Object.keys(env)) {
    const value = env[name];
    if (value !== undefined) {
      list.push(`${name}=${value}`);
    }
  }
  return list;
}

let probed: NodeJS.ProcessEnv | null = null;
let window: NodeJS.ProcessEnv | null = null;

/** Returns `process.env` if it is Node's own: that takes no accessor, any other object does. */
function windowOnC(): NodeJS.ProcessEnv | null {
  const { env } = process;
  if (probed !== env) {
    probed = env;
    try {
      Object.defineProperty(env, PROBE, { get: () => undefined, configurable: true, enumerable: false });
      Reflect.deleteProperty(env, PROBE);
    } catch (refused) {
      void refused;
      window = env;
    }
  }
  return window;
}

const PROBE = 'SUBWIRE_PROBE';
const WORD = 8;
/** The smallest page of any machine; what lies in the page of an address can be read. */
const PAGE = 4_096;

const word = new BigUint64Array(1);

/** Copies the table up to its end, a null pointer; page by page, because nothing tells what lies behind the end. */
function copyTable(): EnvironmentBlock {
  const c = native();
  c.copyMemory(word, c.environ, WORD);
  let address = Number(word[0]);
  if (address === 0) {
    return [];
  }
  const pieces: BigUint64Array[] = [];
  for (;;) {
    const bytes = PAGE - (address % PAGE);
    const piece = new BigUint64Array(bytes / WORD);
    c.copyMemory(piece, address, bytes);
    const end = piece.indexOf(0n);
    if (end >= 0) {
      pieces.push(piece.subarray(0, end + 1));
      return join(pieces);
    }
    pieces.push(piece);
    address += bytes;
  }
}

function join(pieces: readonly BigUint64Array[]): BigUint64Array {
  const [first, second] = pieces;
  if (first !== undefined && second === undefined) {
    return first;
  }
  const table = new BigUint64Array(pieces.reduce((words, piece) => words + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    table.set(piece, at);
    at += piece.length;
  }
  return table;
}
