/**
 * Why arguments and environment are too long (`E2BIG`): which one, or all of them, and by how much. Never their text.
 *
 * Linux has two limits (`fs/exec.c`): 32 pages for each string with its NUL byte, and for all strings, with a pointer for
 * each, a quarter of the soft limit of the stack, at least 128 KiB and at most 6 MiB.
 */
import { readFileSync } from 'node:fs';
import type { ByteString, SpawnRequest } from './backend.js';
import { showByteString } from './textRequest.js';

const PAGES_PER_STRING = 32;
const POINTER_BYTES = 8;
const MIN_TOTAL_BYTES = 131_072;
const MAX_TOTAL_BYTES = 6 * 1_048_576;
const STACK_SHARE = 4;

const USUAL_PAGE_BYTES = 4_096;
const AT_PAGESZ = 6n;

/** A name of a variable that says something and gives nothing away. */
const PLAIN_NAME = /^[\w.-]{1,64}$/;

/** The environment as it was asked for. */
export type Variables = Readonly<Record<string, ByteString | undefined>>;

/** Returns the reason for an error. */
export function whyTooLong(request: Pick<SpawnRequest, 'program' | 'args' | 'envByBytes'>, env: Variables): string {
  const args = request.args.map(bytesOf);
  const variables = [...Object.entries(env), ...request.envByBytes].flatMap(([name, value]) =>
    value === undefined ? [] : [[showByteString(name), bytesOf(name) + 1 + bytesOf(value)] as const],
  );
  if (process.platform === 'linux') {
    const most = PAGES_PER_STRING * pageBytes() - 1;
    const limit = `; the limit for one is ${most} bytes`;
    const long = args.findIndex((bytes) => bytes > most);
    if (long >= 0) {
      return `args[${long}] is too long: ${args[long]} bytes${limit}`;
    }
    const variable = variables.find(([, bytes]) => bytes > most);
    if (variable !== undefined) {
      const name = PLAIN_NAME.test(variable[0]) ? ` ${JSON.stringify(variable[0])}` : '';
      return `the variable${name} in the environment is too long: ${variable[1]} bytes with its name${limit}`;
    }
  }
  const strings = 1 + args.length + variables.length;
  const argBytes = sum([bytesOf(request.program), ...args]) + args.length + 1;
  const envBytes = sum(variables.map(([, bytes]) => bytes)) + variables.length;
  const all =
    `the arguments (${argBytes} bytes in ${args.length + 1} strings) ` +
    `and the environment (${envBytes} bytes in ${variables.length} variables) are too long together`;
  return process.platform === 'linux'
    ? `${all}: ${argBytes + envBytes + POINTER_BYTES * strings} bytes with their pointers; the limit is ${totalLimit()} bytes`
    : all;
}

function bytesOf(text: ByteString): number {
  return typeof text === 'string' ? Buffer.byteLength(text) : text.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The auxiliary vector of this process tells the size of a page: pairs of words. */
function pageBytes(): number {
  try {
    const vector = readFileSync('/proc/self/auxv');
    for (let at = 0; at + 16 <= vector.length; at += 16) {
      if (vector.readBigUInt64LE(at) === AT_PAGESZ) {
        return Number(vector.readBigUInt64LE(at + 8));
      }
    }
  } catch (unreadable) {
    void unreadable;
  }
  return USUAL_PAGE_BYTES;
}

function totalLimit(): number {
  let stackBytes = Infinity;
  try {
    const [, soft] = /^Max stack size +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    stackBytes = soft === undefined ? Infinity : Number(soft);
  } catch (unreadable) {
    void unreadable;
  }
  return Math.max(MIN_TOTAL_BYTES, Math.min(MAX_TOTAL_BYTES, Math.floor(stackBytes / STACK_SHARE)));
}
