/**
 * What an ELF header tells: for which machine the file is, and which loader the kernel starts for it (`PT_INTERP`).
 */
import { closeSync, openSync, readSync } from 'node:fs';
import type { ByteString } from './backend.js';
import { fsPath } from './filePath.js';

const ET_EXEC = 2;
const ET_DYN = 3;
const PT_INTERP = 3;

/** The kernel gives up on a longer table. */
const MAX_TABLE_BYTES = 65_536;
const MAX_PATH_BYTES = 4_096;

/** `e_machine` of the programs that run on each architecture, by `process.arch`: those of 32 bits may run on 64. */
const MACHINES: Readonly<Record<string, readonly number[]>> = {
  arm: [40],
  arm64: [183, 40],
  ia32: [3, 62],
  loong64: [258],
  mips: [8],
  mipsel: [8],
  ppc64: [21, 20],
  riscv64: [243],
  s390x: [22],
  x64: [62, 3],
};

/** Names for messages. */
const MACHINE_NAMES: Readonly<Record<number, string>> = {
  3: 'x86',
  8: 'mips',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'x86-64',
  183: 'arm64',
  243: 'riscv',
  258: 'loongarch',
};

/** Tells whether these are the first bytes of an ELF file. */
export function isElf(header: Buffer): boolean {
  return header.toString('latin1', 0, 4) === '\x7fELF';
}

/** Tells whether an ELF file is a program, and not an object file or a core dump. */
export function isElfProgram(header: Buffer): boolean {
  const type = header.length < 20 ? 0 : half(header, 16);
  return type === ET_EXEC || type === ET_DYN;
}

/** Returns the name of the machine that an ELF file is for, `null` if that is ours. */
export function foreignMachine(header: Buffer): string | null {
  const machine = half(header, 18);
  const own = MACHINES[process.arch];
  return own === undefined || own.includes(machine) ? null : (MACHINE_NAMES[machine] ?? `machine ${machine}`);
}

/** Returns the loader that an ELF file asks for, `null` if it needs none or cannot be read. */
export function elfLoader(path: ByteString, header: Buffer): ByteString | null {
  const wide = header[4] === 2;
  if (header.length < (wide ? 64 : 52)) {
    return null;
  }
  const entryBytes = half(header, wide ? 54 : 42);
  const tableBytes = entryBytes * half(header, wide ? 56 : 44);
  if (entryBytes < (wide ? 56 : 32) || tableBytes > MAX_TABLE_BYTES) {
    return null;
  }
  try {
    const fd = openSync(fsPath(path), 'r');
    try {
      const table = readAt(fd, word(header, wide ? 32 : 28, wide), tableBytes);
      for (let at = 0; at + entryBytes <= table.length; at += entryBytes) {
        if (fullWord(header, table, at) === PT_INTERP) {
          const offset = wordOf(header, table, at + (wide ? 8 : 4), wide);
          const length = wordOf(header, table, at + (wide ? 32 : 16), wide);
          const name = readAt(fd, offset, Math.min(length, MAX_PATH_BYTES));
          const end = name.indexOf(0);
          return name.toString('utf8', 0, end < 0 ? name.length : end);
        }
      }
      return null;
    } finally {
      closeSync(fd);
    }
  } catch (unreadable) {
    void unreadable;
    return null;
  }
}

function readAt(fd: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(fd, bytes, 0, length, position));
}

function bigEndian(header: Buffer): boolean {
  return header[5] === 2;
}

function half(header: Buffer, at: number): number {
  return bigEndian(header) ? header.readUInt16BE(at) : header.readUInt16LE(at);
}

function fullWord(header: Buffer, bytes: Buffer, at: number): number {
  return bigEndian(header) ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
}

function word(header: Buffer, at: number, wide: boolean): number {
  return wordOf(header, header, at, wide);
}

function wordOf(header: Buffer, bytes: Buffer, at: number, wide: boolean): number {
  if (!wide) {
    return fullWord(header, bytes, at);
  }
  return Number(bigEndian(header) ? bytes.readBigUInt64BE(at) : bytes.readBigUInt64LE(at));
}
