/**
 * Writes that wait for a stream, joined into blocks, so that the cost of a write is one of bytes and not one of objects.
 *
 * A write is copied in once, and belongs to the block in which its last byte stands. Blocks are handed out as they are: whoever
 * takes one owns its memory.
 */
import { Fifo } from '../seam/fifo.js';

/** Size of a block: what a socket takes at once, more or less, and few enough of the smallest writes to answer in one go. */
const BLOCK_BYTES = 65_536;
/** The first block of a burst: most bursts are small. */
const FIRST_BYTES = 4_096;

/** Answers a write: the system took it, or never will. */
export type Flushed = (error?: Error | null) => void;

/** Joined writes. */
export interface JoinedBlock {
  readonly bytes: Uint8Array;
  /** How many writes have their last byte in here. */
  readonly writes: number;
}

interface OpenBlock {
  memory: Uint8Array;
  used: number;
  writes: number;
}

/** A queue of writes: in one by one, out in blocks. */
export class JoinedWrites {
  readonly #blocks = new Fifo<OpenBlock>();
  #last: OpenBlock | null = null;

  get isEmpty(): boolean {
    return this.#blocks.length === 0;
  }

  /** Copies a write to the end. */
  append(chunk: Uint8Array): void {
    let rest = chunk;
    let block = this.#last ?? this.#add(rest.length);
    for (;;) {
      const part = rest.subarray(0, this.#roomIn(block, rest.length));
      block.memory.set(part, block.used);
      block.used += part.length;
      rest = rest.subarray(part.length);
      if (rest.length === 0) {
        block.writes += 1;
        return;
      }
      block = this.#add(rest.length);
    }
  }

  /** Takes the first block out. */
  shift(): JoinedBlock | null {
    const block = this.#blocks.shift();
    if (block === undefined) {
      return null;
    }
    if (block === this.#last) {
      this.#last = null;
    }
    return { bytes: block.memory.subarray(0, block.used), writes: block.writes };
  }

  clear(): void {
    this.#blocks.clear();
    this.#last = null;
  }

  /** Returns how much of `wanted` fits; a small block grows, up to the full size. */
  #roomIn(block: OpenBlock, wanted: number): number {
    const needed = block.used + wanted;
    if (needed > block.memory.length && block.memory.length < BLOCK_BYTES) {
      const memory = Buffer.allocUnsafeSlow(Math.min(BLOCK_BYTES, Math.max(needed, block.memory.length * 4)));
      memory.set(block.memory.subarray(0, block.used));
      block.memory = memory;
    }
    return Math.min(wanted, block.memory.length - block.used);
  }

  #add(wanted: number): OpenBlock {
    const size = this.#last === null ? Math.min(BLOCK_BYTES, Math.max(FIRST_BYTES, wanted)) : BLOCK_BYTES;
    const block = { memory: Buffer.allocUnsafeSlow(size), used: 0, writes: 0 };
    this.#blocks.push(block);
    this.#last = block;
    return block;
  }
}
