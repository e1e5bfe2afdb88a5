/**
 * Bytes that wait for a pipe: copied in at one end, handed out at the other.
 *
 * 1. They lie in a row of blocks. A byte is copied once, into its block, and never moved; one system call takes a block,
 *    however many writes are in it.
 * 2. A block is given up once all of it was sent. So a queue that never gets empty holds what waits and less than two
 *    blocks more.
 * 3. Blocks that were given up are used again by all pipes, because fresh memory costs a page fault per 4 KiB. At most
 *    2 MiB are kept so.
 */
import { Fifo } from '@subwire/transport';

/** The block of a queue that was empty and gets little. */
const SMALL_BYTES = 65_536;
/** As much as a busy pipe holds. */
const LARGE_BYTES = 262_144;

const NOTHING = new Uint8Array(0);

/** Blocks of one size that nobody uses. */
class SpareBlocks {
  readonly #bytes: number;
  readonly #most: number;
  readonly #blocks: Uint8Array[] = [];

  constructor(bytes: number, most: number) {
    this.#bytes = bytes;
    this.#most = most;
  }

  take(): Uint8Array {
    return this.#blocks.pop() ?? Buffer.allocUnsafeSlow(this.#bytes);
  }

  giveBack(block: Uint8Array): void {
    if (this.#blocks.length < this.#most) {
      this.#blocks.push(block);
    }
  }
}

const small = new SpareBlocks(SMALL_BYTES, 4);
const large = new SpareBlocks(LARGE_BYTES, 7);

/** A queue of bytes. */
export class PendingBytes {
  readonly #full = new Fifo<Uint8Array>();
  /** The block that is being filled; the only one, or behind all full ones. */
  #last: Uint8Array | null = null;
  #lastEnd = 0;
  /** Bytes of the first block that were sent. */
  #start = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The first block of what waits, all of it if there is little; valid until the next call. */
  get bytes(): Uint8Array {
    const full = this.#full.peek();
    return full?.subarray(this.#start) ?? this.#last?.subarray(this.#start, this.#lastEnd) ?? NOTHING;
  }

  /** Copies a chunk to the end. */
  append(chunk: Uint8Array): void {
    this.#length += chunk.length;
    let done = 0;
    while (done < chunk.length) {
      const block = this.#blockFor(chunk.length - done);
      const count = Math.min(chunk.length - done, block.length - this.#lastEnd);
      block.set(count === chunk.length ? chunk : chunk.subarray(done, done + count), this.#lastEnd);
      this.#lastEnd += count;
      done += count;
    }
  }

  /** Forgets bytes at the start: at most those that `bytes` returned. */
  consume(count: number): void {
    this.#start += count;
    this.#length -= count;
    const full = this.#full.peek();
    if (full !== undefined && this.#start === full.length) {
      this.#full.shift();
      this.#start = 0;
      giveBack(full);
    }
    if (this.#length === 0) {
      this.clear();
    }
  }

  clear(): void {
    for (let block = this.#full.shift(); block !== undefined; block = this.#full.shift()) {
      giveBack(block);
    }
    if (this.#last !== null) {
      giveBack(this.#last);
      this.#last = null;
    }
    this.#start = 0;
    this.#lastEnd = 0;
    this.#length = 0;
  }

  /** Returns the last block, which has room then. */
  #blockFor(bytes: number): Uint8Array {
    const last = this.#last;
    if (last !== null && this.#lastEnd < last.length) {
      return last;
    }
    if (last !== null) {
      this.#full.push(last);
    }
    const block = (last === null && bytes <= SMALL_BYTES ? small : large).take();
    this.#last = block;
    this.#lastEnd = 0;
    return block;
  }
}

function giveBack(block: Uint8Array): void {
  (block.length === SMALL_BYTES ? small : large).giveBack(block);
}
