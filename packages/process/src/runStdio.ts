import { open, type FileHandle } from 'node:fs/promises';
import { DEVNULL, PIPE, type HasFd } from '@subwire/transport';

/** Where the input of `run` comes from: as `Stdio`, or the path or URL of a file. */
export type RunSource = number | HasFd | null | string | URL;

/** Where an output of `run` goes: as `Stdio`, the path or URL of a file (made or emptied), or a file to append to. */
export type RunTarget = number | HasFd | null | string | URL | { readonly append: string | URL };

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
 * Opens the files among the places of a child.
 *
 * The same path for both outputs is opened once, so that they do not overwrite each other.
 * @param hasInput - Whether there is input to write; then `stdin` is a `PIPE`, else it is empty by default.
 */
export async function openStdio(
  given: {
    readonly stdin: RunSource | undefined;
    readonly stdout: RunTarget | undefined;
    readonly stderr: RunTarget | undefined;
  },
  hasInput: boolean,
): Promise<OpenedStdio> {
  const files = new Map<string, FileHandle>();
  const close = async (): Promise<void> => {
    await Promise.all([...files.values()].map((file) => file.close()));
  };
  const place = async (target: RunSource | RunTarget, flags: string): Promise<number | HasFd | null> => {
    if (target === null || typeof target === 'number') {
      return target;
    }
    if (typeof target === 'object' && 'fd' in target) {
      return target;
    }
    const append = typeof target === 'object' && 'append' in target;
    const path = append ? target.append : target;
    const key = `${String(path)}\0${append ? 'a' : flags}`;
    const file = files.get(key) ?? (await open(path, append ? 'a' : flags));
    files.set(key, file);
    return file;
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
