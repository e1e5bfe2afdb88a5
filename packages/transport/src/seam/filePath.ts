/** Paths of the file system: text, or the bytes of a name that is no text. */
export type FilePath = string | Uint8Array;

const SLASH = 0x2f;

/** Tells whether a path starts at the root. */
export function isAbsolutePath(path: FilePath): boolean {
  return typeof path === 'string' ? path.startsWith('/') : path[0] === SLASH;
}

/** Tells whether a program is named by a path; otherwise it is looked up in the PATH. */
export function hasSlash(path: FilePath): boolean {
  return typeof path === 'string' ? path.includes('/') : path.includes(SLASH);
}

/**
 * Returns the path of `file` as seen from `directory`.
 *
 * Nothing is tidied up: `..` behind a symbolic link is not what stands before the link.
 */
export function pathFrom(directory: FilePath, file: FilePath): FilePath {
  if (isAbsolutePath(file)) {
    return file;
  }
  if (typeof directory === 'string' && typeof file === 'string') {
    return directory.endsWith('/') ? directory + file : `${directory}/${file}`;
  }
  return Buffer.concat([toBytes(directory), Buffer.of(SLASH), toBytes(file)]);
}

/** Returns a path as the functions of `node:fs` take it. */
export function fsPath(path: FilePath): string | Buffer {
  return typeof path === 'string' ? path : toBytes(path);
}

/** Returns a path for a field of an error; bytes that are not UTF-8 become U+FFFD. */
export function shownPath(path: FilePath): string {
  return typeof path === 'string' ? path : toBytes(path).toString();
}

/** Returns a path for a message, in quotes and with control characters escaped. */
export function quotedPath(path: FilePath): string {
  return JSON.stringify(shownPath(path));
}

function toBytes(path: FilePath): Buffer {
  return typeof path === 'string' ? Buffer.from(path) : Buffer.from(path.buffer, path.byteOffset, path.byteLength);
}
