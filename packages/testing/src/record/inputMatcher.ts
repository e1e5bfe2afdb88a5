/**
 * Compares what is written to a replayed child with what was written to the recorded one.
 *
 * 1. As one stream: where the writes were cut is of no matter.
 * 2. What was left out of the recording matches anything, up to the first place where what follows it in the recording comes.
 */
import { joinBytes, showBytes } from '../bytes/bytes.js';
import type { Payload } from './payload.js';

/** The place where two streams part. */
export interface Mismatch {
  /** In the recorded stream. */
  readonly offset: number;
  readonly expected: string;
  readonly actual: string;
}

interface Segment {
  readonly start: number;
  readonly length: number;
  /** `null` for what was left out. */
  readonly bytes: Uint8Array | null;
}

/** Follows one input through the recording. */
export class InputMatcher {
  readonly #segments: Segment[] = [];
  readonly #length: number;
  #index = 0;
  /** How much of the current segment has come, if it is no gap. */
  #done = 0;
  /** What has come in place of a gap. */
  #absorbed: Uint8Array = new Uint8Array(0);

  /** @param writes - What was written, in order. */
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

  /** How far in the recorded stream the written one has come. */
  get progress(): number {
    const segment = this.#segments[this.#index];
    if (segment === undefined) {
      return this.#length;
    }
    const gap = segment.bytes === null && this.#absorbed.length > 0;
    return segment.start + (gap ? segment.length : this.#done);
  }

  /** What the recording still has, `null` for nothing. */
  get missing(): Mismatch | null {
    const { progress } = this;
    return progress === this.#length
      ? null
      : { offset: progress, expected: this.#expectedAt(progress), actual: 'the end' };
  }

  /** Takes what was written; returns where it is not what was recorded. */
  feed(chunk: Uint8Array): Mismatch | null {
    let rest = chunk;
    while (rest.length > 0) {
      const segment = this.#segments[this.#index];
      if (segment === undefined) {
        return { offset: this.#length, expected: 'the end', actual: showBytes(rest) };
      }
      if (segment.bytes === null) {
        rest = this.#absorb(rest);
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

  /** Takes bytes in place of a gap; returns those behind it. */
  #absorb(chunk: Uint8Array): Uint8Array {
    this.#absorbed = joinBytes([this.#absorbed, chunk]);
    const following = this.#segments[this.#index + 1]?.bytes ?? null;
    const at = following === null ? -1 : Buffer.from(this.#absorbed).indexOf(following);
    if (at === -1) {
      return chunk.subarray(chunk.length);
    }
    const behind = this.#absorbed.subarray(at);
    this.#next();
    return behind;
  }

  #next(): void {
    this.#index += 1;
    this.#done = 0;
    this.#absorbed = new Uint8Array(0);
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
