import { TextDecodeError } from '../results/streamErrors.js';

/** The decoders of `Buffer`, which work on any `Uint8Array`. */
const BUFFER = Buffer.prototype as {
  latin1Slice(this: Uint8Array): string;
  utf8Slice(this: Uint8Array): string;
};

/** Decodes byte sequences, each of which is complete. */
export interface TextDecoding {
  /** @throws {TextDecodeError} for invalid bytes, if the decoding is fatal. */
  decode(bytes: Uint8Array): string;
}

const LATIN1: TextDecoding = {
  decode: (bytes) => BUFFER.latin1Slice.call(bytes),
};

/** `TextDecoder` is faster for long sequences, and its call is slower. */
const UTF8: TextDecoding = {
  decode: (bytes) => (bytes.length < 1024 ? BUFFER.utf8Slice.call(bytes) : UTF8_DECODER.decode(bytes)),
};

const UTF8_DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Returns the decoder for lines.
 *
 * A byte order mark is kept. Each maximal invalid part of a sequence becomes one U+FFFD, or throws if `fatal` is set.
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
 * If nothing would be left, or the bytes are not UTF-8, it is `most`.
 *
 * @param byteAt - Returns the byte at an index up to `most`.
 * @param most - Bytes.
 */
export function characterCut(byteAt: (index: number) => number | undefined, most: number): number {
  for (let cut = most; cut > 0 && cut > most - 4; cut -= 1) {
    if (((byteAt(cut) ?? 0) & 0xc0) !== 0x80) {
      return cut;
    }
  }
  return most;
}
