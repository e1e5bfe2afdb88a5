/** Paths of the file system: text, or the bytes of a name that is not UTF-8. */
import type { ByteString } from './backend.js';
import { showByteString } from './textRequest.js';

const SLASH = 0x2f;

/** Tells whether a path starts at the root. */
export function isAbsolutePath(path: ByteString): boolean {
  return typeof path === 'string' ? path.startsWith('/') : path[0] === SLASH;
}

/** Tells whether a program is named by a path; otherwise it is looked up in the PATH. */
export function hasSlash(path: ByteString): boolean {
  return typeof path === 'string' ? path.includes('/') : path.includes(SLASH);
}

/**
 * Returns the path of `file` as seen from `directory`.
 *
 * Nothing is tidied up: `..` behind a symbolic link is not what stands before the link.
 */
export function pathFrom(directory: string, file: string): string;
export function pathFrom(directory: ByteString, file: ByteString): ByteString;
export function pathFrom(directory: ByteString, file: ByteString): ByteString {
  if (isAbsolutePath(file)) {
    return file;
  }
  if (typeof directory === 'string' && typeof file === 'string') {
    return directory.endsWith('/') ? directory + file : `${directory}/${file}`;
  }
  return Buffer.concat([toBytes(directory), Buffer.of(SLASH), toBytes(file)]);
}

/** Returns a path as the functions of `node:fs` take it. */
export function fsPath(path: ByteString): string | Buffer {
  return typeof path === 'string' ? path : toBytes(path);
}

/** Tells whether a path ends with an ASCII text. */
export function endsWith(path: ByteString, end: string): boolean {
  return typeof path === 'string' ? path.endsWith(end) : toBytes(path).toString('latin1').endsWith(end);
}

/** Returns a path for a message, in quotes and with control characters escaped. */
export function quotedPath(path: ByteString): string {
  return typeof path === 'string' ? JSON.stringify(path) : `"${showByteString(path)}"`;
}

function toBytes(path: ByteString): Buffer {
  return typeof path === 'string' ? Buffer.from(path) : Buffer.from(path.buffer, path.byteOffset, path.byteLength);
}
