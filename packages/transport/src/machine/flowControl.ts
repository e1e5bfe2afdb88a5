/**
 * Pure watermark arithmetic: no pipe, no protocol, no time.
 *
 * 1. Paused when the size rose strictly above `high`; resumed when it fell to `low` or below.
 * 2. Pauses and resumes strictly alternate.
 * 3. New limits can pause, never resume.
 */
import { ValueError } from '../contract/errors.js';
import { ownOptions } from '../options/ownOptions.js';
import type { WriteBufferLimits } from '../contract/transports.js';

/** Default high mark: 64 KiB. */
const DEFAULT_HIGH_BYTES = 65_536;

const KNOWN_LIMITS: ReadonlySet<string> = new Set<keyof WriteBufferLimits>(['high', 'low']);

/** Returns the marks that `limits` stand for. */
export function resolveLimits(limits: WriteBufferLimits): readonly [low: number, high: number] {
  const own = ownOptions(limits, KNOWN_LIMITS);
  const high = own.high ?? (own.low === undefined ? DEFAULT_HIGH_BYTES : 4 * own.low);
  const low = own.low ?? Math.floor(high / 4);
  // Negated, so that NaN is refused too.
  if (!(high >= low && low >= 0)) {
    throw new ValueError(`high (${high}) must be >= low (${low}) must be >= 0`);
  }
  return [low, high];
}

/** What a change of the size asks for. */
export type FlowChange = 'pause' | 'resume' | null;

/** Counts buffered bytes and says when to pause and to resume. */
export class FlowControl {
  #low: number;
  #high: number;
  #size = 0;
  #paused = false;

  constructor() {
    [this.#low, this.#high] = resolveLimits({});
  }

  /** Bytes in the buffer. */
  get size(): number {
    return this.#size;
  }

  get limits(): readonly [low: number, high: number] {
    return [this.#low, this.#high];
  }

  /** Sets the marks; the caller acts on the answer. */
  setLimits(limits: WriteBufferLimits): FlowChange {
    [this.#low, this.#high] = resolveLimits(limits);
    return this.check();
  }

  /** Counts bytes in. A write that is taken at once must not pause, so the caller checks after it tried. */
  add(nbytes: number): void {
    this.#size += nbytes;
  }

  /** Counts bytes out; the caller acts on the answer. */
  subtract(nbytes: number): FlowChange {
    this.#size -= nbytes;
    if (this.#paused && this.#size <= this.#low) {
      this.#paused = false;
      return 'resume';
    }
    return null;
  }

  /** Says whether to pause now; the caller acts on the answer. */
  check(): FlowChange {
    if (!this.#paused && this.#size > this.#high) {
      this.#paused = true;
      return 'pause';
    }
    return null;
  }

  /** Forgets the buffer, after a loss: nothing is resumed. */
  clear(): void {
    this.#size = 0;
  }
}
