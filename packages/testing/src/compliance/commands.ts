import { chmodSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SpawnStage, SystemErrorCode } from '@subwire/transport';
import { CHILD_PROGRAM } from './childProgram.js';
import { encodeSteps, type Step } from './step.js';

/** A program and its arguments. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/** A program in a directory of its own. */
export interface LocatedCommand extends Command {
  /** The directory; `program` is the name without it. */
  readonly directory: string;
  /** Removes the files that were created for it. */
  dispose(): void;
}

/** The ways in which a start can fail, with the code and the stage of the error. */
export const BROKEN_COMMANDS: Readonly<
  Record<BrokenKind, { readonly code: SystemErrorCode; readonly stage: SpawnStage }>
> = {
  'missing-file': { code: 'ENOENT', stage: 'exec' },
  'missing-name': { code: 'ENOENT', stage: 'lookup' },
  'not-executable': { code: 'EACCES', stage: 'exec' },
  directory: { code: 'EACCES', stage: 'exec' },
  'missing-interpreter': { code: 'ENOENT', stage: 'exec' },
  'crlf-interpreter': { code: 'ENOENT', stage: 'exec' },
  'plain-interpreter': { code: 'EACCES', stage: 'exec' },
  'text-interpreter': { code: 'ENOEXEC', stage: 'exec' },
  'no-interpreter': { code: 'ENOEXEC', stage: 'exec' },
  'missing-cwd': { code: 'ENOENT', stage: 'cwd' },
  'cwd-is-file': { code: 'ENOTDIR', stage: 'cwd' },
  'argument-too-long': { code: 'E2BIG', stage: 'exec' },
};

/** One of the ways in which a start can fail. */
export type BrokenKind =
  | 'missing-file'
  | 'missing-name'
  | 'not-executable'
  | 'directory'
  | 'missing-interpreter'
  | 'crlf-interpreter'
  | 'plain-interpreter'
  | 'text-interpreter'
  | 'no-interpreter'
  | 'missing-cwd'
  | 'cwd-is-file'
  | 'argument-too-long';

/** A command that cannot be started. */
export interface BrokenCommand extends Command {
  readonly cwd?: string;
  /** The `path` that the error must have; without it the suite does not check it. */
  readonly path?: string;
  /** Removes the files that were created for it. */
  dispose(): void;
}

/** The programs that the suite starts. */
export interface ComplianceCommands {
  /**
   * Returns a command that runs steps.
   * @param steps - The steps.
   * @param argv - Further arguments, which the child can print. Default: none.
   */
  steps(steps: readonly Step[], argv?: readonly string[]): Command;
  /** Creates a command that runs steps, in a directory of its own. */
  located(steps: readonly Step[]): LocatedCommand;
  /** Creates a command that cannot be started. */
  broken(kind: BrokenKind): BrokenCommand;
}

/** The commands for real children: files on disk, and Node as the interpreter of the steps. */
export const machineCommands: ComplianceCommands = {
  steps(steps, argv = []) {
    return { program: process.execPath, args: ['-e', CHILD_PROGRAM, '--', encodeSteps(steps), ...argv] };
  },
  located(steps) {
    const directory = scratchDirectory();
    symlinkSync(process.execPath, join(directory, 'subwire-child'));
    return { ...this.steps(steps), program: 'subwire-child', directory, dispose: remover(directory) };
  },
  broken(kind) {
    const directory = scratchDirectory();
    const file = join(directory, 'program');
    const made = { program: file, args: [], path: file, dispose: remover(directory) };
    switch (kind) {
      case 'missing-file':
        return made;
      case 'missing-name':
        return { ...made, program: 'subwire-no-such-program', path: 'subwire-no-such-program' };
      case 'directory':
        return { ...made, program: directory, path: directory };
      case 'not-executable':
        writeFileSync(file, '#!/bin/sh\n', { mode: 0o644 });
        return made;
      case 'missing-interpreter':
        return { ...script(made, '#!/no/such/interpreter\n'), path: '/no/such/interpreter' };
      case 'crlf-interpreter':
        return { ...script(made, '#!/bin/sh\r\n'), path: '/bin/sh\r' };
      case 'plain-interpreter':
        return { ...script(made, `#!${interpreter(directory, 0o644)}\n`), path: join(directory, 'interpreter') };
      case 'text-interpreter':
        return { ...script(made, `#!${interpreter(directory, 0o755)}\n`), path: join(directory, 'interpreter') };
      case 'no-interpreter':
        return script(made, 'echo never\n');
      case 'missing-cwd':
        return { ...made, ...this.steps([]), cwd: file };
      case 'cwd-is-file':
        writeFileSync(file, '');
        return { ...made, ...this.steps([]), cwd: file };
      case 'argument-too-long':
        // The limits are 128 KiB for one argument on Linux, and 1 MiB for all of them on macOS.
        return { program: process.execPath, args: ['x'.repeat(2 ** 21)], dispose: made.dispose };
    }
  },
};

function scratchDirectory(): string {
  return mkdtempSync(join(realpathSync(tmpdir()), 'subwire-compliance-'));
}

function remover(directory: string): () => void {
  return () => {
    rmSync(directory, { recursive: true, force: true });
  };
}

/** Writes text without `#!`, for scripts to name. */
function interpreter(directory: string, mode: number): string {
  const path = join(directory, 'interpreter');
  writeFileSync(path, 'echo never\n');
  chmodSync(path, mode);
  return path;
}

function script(made: BrokenCommand & { readonly path: string }, text: string): BrokenCommand {
  writeFileSync(made.path, text);
  chmodSync(made.path, 0o755);
  return made;
}
