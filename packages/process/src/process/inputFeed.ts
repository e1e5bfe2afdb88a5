/**
 * Writes the pieces of a source to the input of a child.
 *
 * 1. A reader that went away is no error, and ends the feeding, even while the next piece is waited for. A failure of the
 *    pipe ends it too; whoever started the feeding learns of it from the pipe itself.
 * 2. The source is closed whatever happens: its `finally` runs, a stream is destroyed.
 * 3. A source that always has a next piece, and a child that takes it at once, do not keep others from running.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { saysThatReaderLeft } from '@subwire/transport';
import type { StreamWriter } from '../writer/streamWriter.js';

/** Input for a child: text as UTF-8, bytes, or an iterable of both. */
export type CommunicateInput =
  string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array> | null | undefined;

/** Input that comes in pieces. */
type Pieces = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;
type PieceIterator = Iterator<string | Uint8Array> | AsyncIterator<string | Uint8Array>;

/** For rule 3: after so many pieces the loop waits for the next turn of the event loop. */
const PIECES_PER_TURN = 128;

/**
 * Checks what a caller gave as input.
 * @throws {TypeError} if it is of another type.
 */
export function checkInput(input: unknown): void {
  if (typeof input === 'string' || input === null || input === undefined) {
    return;
  }
  if (typeof input !== 'object' || !(Symbol.asyncIterator in input || Symbol.iterator in input)) {
    throw new TypeError('input must be a string, a Uint8Array, or an iterable of those');
  }
}

/** Keeps a stream that fails before it is read from crashing this process: whoever reads it gets its error then. */
export function holdErrors(input: unknown): void {
  if (input instanceof Readable) {
    // Never taken back: the stream is consumed here, whatever happens.
    input.on('error', () => undefined);
  }
}

/**
 * Writes the pieces, as fast as they are taken.
 * @param signal - Ends the feeding; it resolves then, as for a reader that went away.
 * @throws whatever the source throws.
 */
export async function feedPieces(stdin: StreamWriter, pieces: Pieces, signal: AbortSignal): Promise<void> {
  const iterator = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  const gone = stdin.waitClosed({ signal }).then(
    () => false,
    () => false,
  );
  let exhausted = false;
  try {
    exhausted = await Promise.race([pump(stdin, iterator), gone]);
  } finally {
    if (!exhausted) {
      closeSource(pieces, iterator);
    }
  }
}

/** Tells whether the source came to its end. */
async function pump(stdin: StreamWriter, iterator: PieceIterator): Promise<boolean> {
  for (let count = 1; ; count += 1) {
    const next = await iterator.next();
    if (next.done === true) {
      return true;
    }
    if (stdin.isClosing()) {
      return false;
    }
    stdin.write(next.value);
    if (!(await drained(stdin))) {
      return false;
    }
    if (count % PIECES_PER_TURN === 0) {
      await nextTurn();
    }
  }
}

async function drained(stdin: StreamWriter): Promise<boolean> {
  try {
    await stdin.drain();
    return true;
  } catch (thrown) {
    if (saysThatReaderLeft(thrown)) {
      return false;
    }
    throw thrown;
  }
}

/** Not awaited: a generator that hangs in its own wait would hang us too. What it throws now has no receiver. */
function closeSource(pieces: Pieces, iterator: PieceIterator): void {
  if (pieces instanceof Readable) {
    // Its iterator would wait for the next chunk first.
    pieces.destroy();
    return;
  }
  const closing = async (): Promise<void> => {
    await iterator.return?.();
  };
  closing().catch(() => undefined);
}
