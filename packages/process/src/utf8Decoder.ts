import { TextDecoder } from 'node:util';
import { TextDecodeError } from './streamErrors.js';

/**
 * Decodes UTF-8 that comes in arbitrary pieces: the text is the same however it is cut.
 *
 * A byte order mark stays, as U+FEFF. Each maximal invalid part of a sequence becomes one U+FFFD.
 */
export class Utf8Decoder {
  readonly #decoder: TextDecoder;

  /** @param options - `fatal`: invalid bytes are an error instead. Default: `false`. */
  constructor(options: { readonly fatal?: boolean } = {}) {
    this.#decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: options.fatal ?? false });
  }

  /**
   * Returns the text that is complete now; an unfinished character waits for the next piece.
   * @throws {TextDecodeError} for invalid bytes, if it is fatal.
   */
  decode(piece: Uint8Array): string {
    return this.#decode(piece, true);
  }

  /**
   * Returns what is left: one U+FFFD if the last character was not finished.
   * @throws {TextDecodeError} for an unfinished character, if it is fatal.
   */
  end(): string {
    return this.#decode(new Uint8Array(0), false);
  }

  #decode(piece: Uint8Array, stream: boolean): string {
    try {
      return this.#decoder.decode(piece, { stream });
    } catch (cause) {
      throw new TextDecodeError('UTF-8', piece, { cause });
    }
  }
}
