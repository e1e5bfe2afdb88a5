import { TextDecodeError } from '../results/streamErrors.js';

/** Buffer's own decoding, which works on any `Uint8Array`. */
const BUFFER = Buffer.prototype as {
  latin1Slice(this: Uint8Array): string;
  utf8Slice(this: Uint8Array): string;
};

/** Turns complete pieces of bytes into text. */
export interface TextDecoding {
  /** @throws {TextDecodeError} for invalid bytes, if the decoding is fatal. */
  decode(bytes: Uint8Array): string;
}

const LATIN1: TextDecoding = {
  decode: (bytes) => BUFFER.latin1Slice.call(bytes),
};

/** `TextDecoder` is faster for long pieces, and costs more than a short one. */
const UTF8: TextDecoding = {
  decode: (bytes) => (bytes.length < 1024 ? BUFFER.utf8Slice.call(bytes) : PATIENT.decode(bytes)),
};

const PATIENT = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Returns what turns lines into text.
 *
 * A byte order mark stays. Each maximal invalid part of a sequence becomes one U+FFFD, or is an error if `fatal`.
 */
export function textDecoding(encoding: 'utf8' | 'latin1', fatal: boolean): TextDecoding {
  if (encoding === 'latin1') {
    return LATIN1;
  }
  if (!fatal) {
    return UTF8;
  }
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal });
  return {
    decode(bytes) {
      try {
        return decoder.decode(bytes);
      } catch (cause) {
        throw new TextDecodeError('UTF-8', bytes, { cause });
      }
    },
  };
}

/**
 * Returns where to cut UTF-8 so that at most `most` bytes come before the cut and no character is cut in two.
 *
 * Where that would leave nothing, or the bytes are no UTF-8, it is `most` itself.
 * @param byteAt - The byte at an index up to `most`.
 */
export function characterCut(byteAt: (index: number) => number | undefined, most: number): number {
  for (let cut = most; cut > 0 && cut > most - 4; cut -= 1) {
    if (((byteAt(cut) ?? 0) & 0xc0) !== 0x80) {
      return cut;
    }
  }
  return most;
}
