/**
 * The environment of a child, in the form that `posix_spawn` takes.
 *
 * A child that inherits ours gets the environment of the C library as it is, byte by byte. `process.env` is a window on
 * that, and reading all of it is slow and turns bytes that are not UTF-8 into something else. So the C library's own table
 * is read (`OwnEnvironment`). `process.env` itself is read where that is not possible: on macOS, in a sandbox that forbids
 * the call, and where `process.env` is something else (a test runner's copy, an object that somebody put there).
 */
import type { ByteString } from '@subwire/transport';
import { native } from '../native/ffi.js';
import { OwnEnvironment } from './ownEnvironment.js';
import { StringTable } from './stringTable.js';

let inherited: OwnEnvironment | null = null;

/** Returns our environment as it is now. */
export function ownEnvironment(): StringTable {
  if (native().system.platform === 'linux' && process.env === windowOnC()) {
    inherited ??= new OwnEnvironment();
    const block = inherited.read();
    if (block !== null) {
      return block;
    }
  }
  return environmentBlock(process.env);
}

/**
 * Returns the given variables; those without a value are left out.
 *
 * @param byBytes - Those whose names are not UTF-8. Default: none.
 */
export function environmentBlock(
  env: Readonly<Record<string, ByteString | undefined>>,
  byBytes: readonly (readonly [name: Uint8Array, value: ByteString])[] = [],
): StringTable {
  const list: ByteString[] = [];
  for (const name of Object.keys(env)) {
    const value = env[name];
    if (value !== undefined) {
      list.push(assignment(name, value));
    }
  }
  for (const [name, value] of byBytes) {
    list.push(assignment(name, value));
  }
  return new StringTable(list);
}

function assignment(name: ByteString, value: ByteString): ByteString {
  return typeof name === 'string' && typeof value === 'string'
    ? `${name}=${value}`
    : Buffer.concat([bytesOf(name), EQUALS, bytesOf(value)]);
}

const EQUALS = Buffer.from('=');

function bytesOf(text: ByteString): Uint8Array {
  return typeof text === 'string' ? Buffer.from(text) : text;
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
