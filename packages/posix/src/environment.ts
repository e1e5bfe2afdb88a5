/**
 * The environment of a child that inherits ours.
 *
 * `process.env` is a window on the environment of the C library, and a slow one: to read it all takes longer than the
 * rest of a spawn. So the C library's table of pointers is copied instead. The table must be copied, because it moves
 * when a variable is set while a pool thread reads it; the strings need not be, because glibc never frees or changes one.
 *
 * Where `process.env` is something else (a test runner's copy, an object that somebody put there) it is read as it is.
 */
import { native } from './ffi.js';

/** What `posix_spawn` takes: `NAME=value` strings, or a table of pointers to such. */
export type EnvironmentBlock = readonly string[] | BigUint64Array;

/** Returns our environment as it is now. */
export function ownEnvironment(): EnvironmentBlock {
  return process.env === windowOnC() ? copyTable() : environmentBlock(process.env);
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

const word = new BigUint64Array(1);

/** Copies the table up to its end, a null pointer; one by one, because nothing tells what lies behind the end. */
function copyTable(): EnvironmentBlock {
  const c = native();
  c.copyMemory(word, c.environ, WORD);
  const address = Number(word[0]);
  if (address === 0) {
    return [];
  }
  let count = 0;
  do {
    c.copyMemory(word, address + count * WORD, WORD);
    count += 1;
  } while (word[0] !== 0n);
  const table = new BigUint64Array(count);
  c.copyMemory(table, address, count * WORD);
  return table;
}
