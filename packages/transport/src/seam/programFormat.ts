/** What the kernel makes of the first bytes of a file: a binary, a script with an interpreter, or nothing. */
import { isUtf8 } from 'node:buffer';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { ByteString } from './backend.js';
import { isRegisteredFormat } from './binfmtMisc.js';
import { foreignMachine, isElf, isElfProgram } from './elfFile.js';
import { fsPath } from './filePath.js';

/** The kernel follows no longer chain of scripts that are the interpreters of scripts. */
export const MAX_INTERPRETERS: number = 5;

/** The kernel reads this much to tell what a file is. */
const HEADER_BYTES = 256;

/** The Mach-O family: thin and fat, either byte order. */
const MACH_O: ReadonlySet<string> = new Set(['feedface', 'feedfacf', 'cefaedfe', 'cffaedfe', 'cafebabe', 'bebafeca']);

/** Formats that are registered on many machines: Windows programs, Java classes, jars, WebAssembly. */
const OFTEN_REGISTERED: readonly string[] = ['MZ', '\xca\xfe\xba\xbe', 'PK\x03\x04', '\0asm'];

/** What a file is to the kernel. */
export type ProgramFormat =
  /** The kernel takes it, or something that was registered with it; `doubt` is why it may not. */
  | { readonly kind: 'binary'; readonly header: Buffer; readonly doubt: string | null }
  | { readonly kind: 'script'; readonly interpreter: ByteString }
  /** Nothing takes it (`ENOEXEC`). */
  | { readonly kind: 'none'; readonly reason: string }
  /** We may not read what we may execute, or it is not there. */
  | { readonly kind: 'unread' };

/** Looks at the first bytes of a file. */
export function programFormat(path: ByteString): ProgramFormat {
  const header = readHeader(path);
  if (header === null) {
    return { kind: 'unread' };
  }
  if (header[0] === 0x23 && header[1] === 0x21) {
    return scriptFormat(header);
  }
  const refusal = refusalOf(header);
  if (refusal === null || (process.platform === 'linux' && mayBeRegistered(path, header))) {
    return { kind: 'binary', header, doubt: refusal };
  }
  return { kind: 'none', reason: refusal };
}

/** Returns why the kernel's own formats do not take a file, `null` if one does. */
function refusalOf(header: Buffer): string | null {
  if (process.platform === 'darwin' ? MACH_O.has(header.toString('hex', 0, 4)) : false) {
    return null;
  }
  if (!isElf(header)) {
    return header.includes(0) || header.length === 0
      ? 'is neither a binary nor a script with "#!"'
      : 'is text without "#!" and an interpreter in its first line';
  }
  if (!isElfProgram(header)) {
    return 'is an ELF file, but not a program';
  }
  const machine = process.platform === 'linux' ? foreignMachine(header) : null;
  return machine === null ? null : `is a binary for another machine (${machine})`;
}

function mayBeRegistered(path: ByteString, header: Buffer): boolean {
  const start = header.toString('latin1', 0, 4);
  return (
    isRegisteredFormat(path, header) ??
    ((isElf(header) && isElfProgram(header)) || OFTEN_REGISTERED.some((magic) => start.startsWith(magic)))
  );
}

/** Reads the first line as Linux does: no name of an interpreter that may have been cut off is used. */
function scriptFormat(header: Buffer): ProgramFormat {
  const lineEnd = header.indexOf(0x0a);
  const line = header.subarray(2, lineEnd < 0 ? header.length : lineEnd);
  const start = line.findIndex((byte) => !isBlank(byte));
  const stop = line.findIndex((byte, index) => index > start && (isBlank(byte) || byte === 0));
  const cutOff = lineEnd < 0 && stop < 0 && header.length === HEADER_BYTES;
  const interpreter = start < 0 || cutOff ? Buffer.alloc(0) : line.subarray(start, stop < 0 ? line.length : stop);
  if (interpreter.length === 0) {
    return { kind: 'none', reason: 'has a first line with "#!" and no interpreter, or too long a one' };
  }
  return { kind: 'script', interpreter: isUtf8(interpreter) ? interpreter.toString() : interpreter };
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09;
}

/** Returns the first bytes of a file, `null` if it cannot be read. */
function readHeader(path: ByteString): Buffer | null {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  try {
    // A FIFO would keep us waiting for a writer.
    const fd = openSync(fsPath(path), constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return header.subarray(0, readSync(fd, header, 0, HEADER_BYTES, null));
    } finally {
      closeSync(fd);
    }
  } catch (unreadable) {
    void unreadable;
    return null;
  }
}
