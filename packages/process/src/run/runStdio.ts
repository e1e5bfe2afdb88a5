import { open, type FileHandle } from 'node:fs/promises';
import { DEVNULL, PIPE, SpawnError, systemErrorCode, ValueError, type HasFd } from '@subwire/transport';

/** The source of the stdin of `run`: as `Stdio`, or the path or URL of a file. */
export type RunSource = number | HasFd | null | string | URL;

/** The target of an output of `run`: as `Stdio`, the path or URL of a file (created or truncated), or a file to append to. */
export type RunTarget = number | HasFd | null | string | URL | { readonly append: string | URL };

/** The words of `node:child_process` for stdio, and what to use here. */
const FOREIGN_WORDS: ReadonlyMap<string, string> = new Map([
  ['pipe', 'PIPE'],
  ['overlapped', 'PIPE'],
  ['inherit', 'null'],
  ['ignore', 'DEVNULL'],
]);

/** The stdio of a child as the caller gave it. */
export interface GivenPlaces {
  readonly stdin?: RunSource | undefined;
  readonly stdout?: RunTarget | undefined;
  readonly stderr?: RunTarget | undefined;
}

/** The stdio of one child, as `createSubprocessExec` takes it. */
export interface Places {
  readonly stdin: number | HasFd | null;
  readonly stdout: number | HasFd | null;
  readonly stderr: number | HasFd | null;
}

/** The stdio of one child, with files that we opened. */
export interface OpenedStdio {
  readonly places: Places;
  /** Closes our descriptors of the files, after the child got its own. */
  close(): Promise<void>;
}

/**
 * Checks the stdio that a caller gave.
 * @throws {ValueError} for a word of `node:child_process`, which would be the name of a file here.
 */
export function checkPlaces({ stdin, stdout, stderr }: GivenPlaces): void {
  checkPlace('stdin', stdin);
  checkPlace('stdout', stdout);
  checkPlace('stderr', stderr);
}

function checkPlace(name: string, place: RunSource | RunTarget | undefined): void {
  if (typeof place === 'string' && FOREIGN_WORDS.has(place)) {
    const instead = FOREIGN_WORDS.get(place);
    throw new ValueError(`${name}: write ${instead}, or "./${place}" for a file of the name "${place}"`);
  }
}

/** Tells whether the stdio of a child has files that must be opened. */
export function needsFiles({ stdin, stdout, stderr }: GivenPlaces): boolean {
  return fileOf(stdin, 'r') !== null || fileOf(stdout, 'w') !== null || fileOf(stderr, 'w') !== null;
}

/** Returns the stdio of a child without files, with all defaults. */
export function givenPlaces({ stdin, stdout, stderr }: GivenPlaces, hasInput: boolean): Places {
  return {
    stdin: hasInput ? PIPE : placeOf(stdin, DEVNULL),
    stdout: placeOf(stdout, PIPE),
    stderr: placeOf(stderr, PIPE),
  };
}

function placeOf(given: RunSource | RunTarget | undefined, standard: number): number | HasFd | null {
  return given === undefined ? standard : (given as number | HasFd | null);
}

/**
 * Opens the files in the stdio of a child.
 *
 * If both outputs are the same file, also by different names, they share one open file description, so that they do not
 * overwrite each other.
 * @param program - For the error.
 * @param given - As the caller gave it.
 * @param hasInput - Whether there is input to write; then `stdin` is a `PIPE`, else its default is `DEVNULL`.
 * @throws {SpawnError} (rejects) with the stage `'stdio'`; it names the file that cannot be opened.
 */
export async function openStdio(program: string, given: GivenPlaces, hasInput: boolean): Promise<OpenedStdio> {
  const files: OpenFile[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(files.map(({ handle }) => handle.close()));
  };
  const place = async (target: RunSource | RunTarget, flags: string): Promise<number | HasFd | null> => {
    const file = fileOf(target, flags);
    if (file === null) {
      return target as number | HasFd | null;
    }
    const handle = await open(file.path, file.flags).catch((cause: unknown) => {
      throw cannotOpen(program, String(file.path), cause);
    });
    const { dev, ino } = await handle.stat().catch(async (cause: unknown) => {
      await handle.close();
      throw cannotOpen(program, String(file.path), cause);
    });
    const identity = `${file.flags} ${dev} ${ino}`;
    const same = files.find((other) => other.identity === identity);
    files.push({ handle, identity });
    return same?.handle ?? handle;
  };
  try {
    const places = {
      stdin: hasInput ? PIPE : given.stdin === undefined ? DEVNULL : await place(given.stdin, 'r'),
      stdout: given.stdout === undefined ? PIPE : await place(given.stdout, 'w'),
      stderr: given.stderr === undefined ? PIPE : await place(given.stderr, 'w'),
    };
    return { places, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

interface OpenFile {
  readonly handle: FileHandle;
  /** The same text for the same file with the same flags. */
  readonly identity: string;
}

function cannotOpen(program: string, path: string, cause: unknown): SpawnError {
  const reason = `the file ${JSON.stringify(path)} cannot be opened`;
  return new SpawnError(systemErrorCode(cause), { stage: 'stdio', program, path, reason }, { cause });
}

/** Returns the file to open, `null` if it is no file. */
function fileOf(
  target: RunSource | RunTarget | undefined,
  flags: string,
): { path: string | URL; flags: string } | null {
  if (typeof target === 'string' || target instanceof URL) {
    return { path: target, flags };
  }
  // Own properties only. Whether it has an `fd` is checked by `createSubprocessExec`.
  return typeof target === 'object' && target !== null && Object.hasOwn(target, 'append') && 'append' in target
    ? { path: target.append, flags: 'a' }
    : null;
}
