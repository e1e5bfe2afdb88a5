/**
 * Compares what is written to a replayed child with what was written to the recorded one.
 *
 * 1. It compares streams of bytes. How they were cut into writes does not matter.
 * 2. A gap (bytes that were left out of the recording) matches any bytes, up to the first place where the bytes come that
 *    follow the gap in the recording.
 *
 * | current segment | bytes that are equal       | bytes that differ | bytes that follow the gap  |
 * | --------------- | -------------------------- | ----------------- | -------------------------- |
 * | bytes           | go on; next one at its end | mismatch          | -                          |
 * | gap             | -                          | stay in the gap   | the segment after the next |
 * | none: the end   | -                          | mismatch          | -                          |
 */
import { joinBytes, showBytes } from '../bytes/bytes.js';
import type { Payload } from './payload.js';
import { TextMatcher } from './textMatcher.js';

/** The first place where two streams differ. */
export interface Mismatch {
  /** Index of the byte in the recorded stream. */
  readonly offset: number;
  readonly expected: string;
  readonly actual: string;
}

interface Segment {
  readonly start: number;
  readonly length: number;
  /** `null` for a gap. */
  readonly bytes: Uint8Array | null;
}

/** Compares one input with the recorded one. */
export class InputMatcher {
  readonly #segments: Segment[] = [];
  readonly #length: number;
  #index = 0;
  /** Number of bytes of the current segment that were written, if it is not a gap. */
  #done = 0;
  /** Whether bytes were written that may belong to the current segment, which is a gap. */
  #inGap = false;
  /** Searches for the bytes after that gap. */
  #following: TextMatcher | null = null;

  /** @param writes - The recorded writes, in order. */
  constructor(writes: readonly Payload[]) {
    let start = 0;
    for (const part of writes.flat()) {
      const bytes = part instanceof Uint8Array ? part : null;
      const length = part instanceof Uint8Array ? part.length : part.redacted;
      const last = this.#segments.at(-1);
      if (bytes === null && last !== undefined && last.bytes === null) {
        this.#segments[this.#segments.length - 1] = { ...last, length: last.length + length };
      } else if (length > 0) {
        this.#segments.push({ start, length, bytes });
      }
      start += length;
    }
    this.#length = start;
  }

  /** Index in the recorded stream up to which the written stream is equal to it. */
  get progress(): number {
    const segment = this.#segments[this.#index];
    if (segment === undefined) {
      return this.#length;
    }
    return segment.start + (this.#inGap ? segment.length : this.#done);
  }

  /** What was recorded and not written yet; `null` if everything was written. */
  get missing(): Mismatch | null {
    const { progress } = this;
    return progress === this.#length
      ? null
      : { offset: progress, expected: this.#expectedAt(progress), actual: 'the end' };
  }

  /** Compares the next bytes; returns the first place where they differ, `null` if there is none. */
  feed(chunk: Uint8Array): Mismatch | null {
    let rest = chunk;
    while (rest.length > 0) {
      const segment = this.#segments[this.#index];
      if (segment === undefined) {
        return { offset: this.#length, expected: 'the end', actual: showBytes(rest) };
      }
      if (segment.bytes === null) {
        rest = this.#readOverGap(rest);
        continue;
      }
      const wanted = segment.bytes.subarray(this.#done, this.#done + rest.length);
      const wrong = wanted.findIndex((byte, at) => byte !== rest[at]);
      if (wrong !== -1) {
        const offset = segment.start + this.#done + wrong;
        return { offset, expected: this.#expectedAt(offset), actual: showBytes(rest.subarray(wrong)) };
      }
      rest = rest.subarray(wanted.length);
      this.#done += wanted.length;
      if (this.#done === segment.length) {
        this.#next();
      }
    }
    return null;
  }

  /** Reads over a gap, and over the bytes that follow it in the recording; returns the bytes after them. */
  #readOverGap(chunk: Uint8Array): Uint8Array {
    this.#inGap = true;
    const following = this.#segments[this.#index + 1]?.bytes ?? null;
    if (following === null) {
      return chunk.subarray(chunk.length);
    }
    this.#following ??= new TextMatcher(following);
    const end = this.#following.scan(chunk);
    if (end === -1) {
      return chunk.subarray(chunk.length);
    }
    this.#next();
    this.#next();
    return chunk.subarray(end);
  }

  #next(): void {
    this.#index += 1;
    this.#done = 0;
    this.#inGap = false;
    this.#following = null;
  }

  #expectedAt(offset: number): string {
    const rest = this.#segments.flatMap(({ start, length, bytes }) => {
      if (start + length <= offset) {
        return [];
      }
      return bytes === null ? [new TextEncoder().encode('[redacted]')] : [bytes.subarray(Math.max(0, offset - start))];
    });
    return rest.length === 0 ? 'the end' : showBytes(joinBytes(rest));
  }
}
