import { open, type FileHandle } from 'node:fs/promises';
import { DEVNULL, PIPE, SpawnError, systemErrorCode, ValueError, type HasFd } from '@subwire/transport';

/** Where the input of `run` comes from: as `Stdio`, or the path or URL of a file. */
export type RunSource = number | HasFd | null | string | URL;

/** Where an output of `run` goes: as `Stdio`, the path or URL of a file (made or emptied), or a file to append to. */
export type RunTarget = number | HasFd | null | string | URL | { readonly append: string | URL };

/** Words that are places in `node:child_process`, and what to write here. */
const FOREIGN_WORDS: ReadonlyMap<string, string> = new Map([
  ['pipe', 'PIPE'],
  ['overlapped', 'PIPE'],
  ['inherit', 'null'],
  ['ignore', 'DEVNULL'],
]);

/** The places of a child that a caller gave. */
export interface GivenPlaces {
  readonly stdin?: RunSource | undefined;
  readonly stdout?: RunTarget | undefined;
  readonly stderr?: RunTarget | undefined;
}

/** Descriptors for one child. */
export interface Places {
  readonly stdin: number | HasFd | null;
  readonly stdout: number | HasFd | null;
  readonly stderr: number | HasFd | null;
}

/** Descriptors for one child, some of them files that we opened. */
export interface OpenedStdio {
  readonly places: Places;
  /** Closes the files; the child has duplicates by then. */
  close(): Promise<void>;
}

/**
 * Checks the places that a caller gave.
 * @throws {ValueError} for a word of `node:child_process`: here it would be the name of a file.
 */
export function checkPlaces({ stdin, stdout, stderr }: GivenPlaces): void {
  for (const [name, place] of Object.entries({ stdin, stdout, stderr })) {
    if (typeof place === 'string' && FOREIGN_WORDS.has(place)) {
      const instead = FOREIGN_WORDS.get(place);
      throw new ValueError(`${name}: write ${instead}, or "./${place}" for a file of the name "${place}"`);
    }
  }
}

/** Tells whether files have to be opened among the places of a child. */
export function needsFiles({ stdin, stdout, stderr }: GivenPlaces): boolean {
  return fileOf(stdin, 'r') !== null || fileOf(stdout, 'w') !== null || fileOf(stderr, 'w') !== null;
}

/** Returns the places of a child that needs no files, defaults filled in. */
export function givenPlaces({ stdin, stdout, stderr }: GivenPlaces, hasInput: boolean): Places {
  const place = (given: RunSource | RunTarget | undefined, standard: number): number | HasFd | null =>
    given === undefined ? standard : (given as number | HasFd | null);
  return { stdin: hasInput ? PIPE : place(stdin, DEVNULL), stdout: place(stdout, PIPE), stderr: place(stderr, PIPE) };
}

/**
 * Opens the files among the places of a child.
 *
 * The same file for both outputs, however it is named, is one description: they do not overwrite each other.
 * @param program - For the error.
 * @param hasInput - Whether there is input to write; then `stdin` is a `PIPE`, else it is empty by default.
 * @throws {SpawnError} (rejects) of `stage` `'stdio'`, naming the file that cannot be opened.
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
  /** Equal for the same file opened in the same way. */
  readonly identity: string;
}

function cannotOpen(program: string, path: string, cause: unknown): SpawnError {
  const reason = `the file ${JSON.stringify(path)} cannot be opened`;
  return new SpawnError(systemErrorCode(cause), { stage: 'stdio', program, path, reason }, { cause });
}

/** Returns what to open, `null` for anything that is a place already. */
function fileOf(
  target: RunSource | RunTarget | undefined,
  flags: string,
): { path: string | URL; flags: string } | null {
  if (typeof target === 'string' || target instanceof URL) {
    return { path: target, flags };
  }
  // Own properties only: whether it has an `fd` is for the layer below to find out.
  return typeof target === 'object' && target !== null && Object.hasOwn(target, 'append') && 'append' in target
    ? { path: target.append, flags: 'a' }
    : null;
}
