/**
 * The variables that a caller gave, as a request has them: names that are text in an object without a prototype, the
 * others in a list. Nothing is merged; a variable that is given as `undefined` is left out.
 */
import { ValueError } from '../contract/errors.js';
import type { ByteString, SpawnRequest } from '../seam/backend.js';
import { byteString } from './valueChecks.js';

/** A variable. */
type Pair = readonly [name: string | Uint8Array, value: string | Uint8Array | undefined];

/** A complete environment: an object, or pairs, where names may be bytes that are not UTF-8. */
export type EnvironmentOption =
  Readonly<Record<string, string | Uint8Array | undefined>> | ReadonlyMap<Pair[0], Pair[1]> | readonly Pair[];

const EQUALS_SIGN = 0x3d;

/**
 * Returns the two fields of a request.
 *
 * @throws {TypeError} for what is no environment, no name, no value.
 * @throws {ValueError} for an empty name, a name with "=", and NUL bytes.
 */
export function parseEnvironment(given: EnvironmentOption | undefined): Pick<SpawnRequest, 'env' | 'envByBytes'> {
  if (given === undefined) {
    return { env: null, envByBytes: [] };
  }
  if (typeof given !== 'object' || (given as unknown) === null) {
    throw new TypeError('env must be an object, a Map, or an array of pairs');
  }
  const env = Object.create(null) as Record<string, ByteString>;
  const byBytes = new Map<string, readonly [Uint8Array, ByteString]>();
  for (const [name, value] of pairsOf(given)) {
    if (value === undefined) {
      continue;
    }
    const key = checkedName(name);
    const checkedValue = byteString(value, 'a value in env');
    if (typeof key === 'string') {
      env[key] = checkedValue;
    } else {
      byBytes.set(Buffer.from(key).toString('latin1'), [key, checkedValue]);
    }
  }
  return { env, envByBytes: [...byBytes.values()] };
}

function checkedName(name: unknown): ByteString {
  const key = byteString(name, 'a name in env');
  const hasEqualsSign = typeof key === 'string' ? key.includes('=') : key.includes(EQUALS_SIGN);
  if (key.length === 0 || hasEqualsSign) {
    throw new ValueError('env has an empty name, or a name with "="');
  }
  return key;
}

function pairsOf(given: EnvironmentOption): Iterable<Pair> {
  if (Array.isArray(given)) {
    return given as readonly Pair[];
  }
  // By what it says of itself: a Map may come from another realm. An object that is a list by inheritance is none.
  if (Object.prototype.toString.call(given) === '[object Map]') {
    return given as ReadonlyMap<Pair[0], Pair[1]>;
  }
  return Object.entries(given as Readonly<Record<string, string | Uint8Array | undefined>>);
}
