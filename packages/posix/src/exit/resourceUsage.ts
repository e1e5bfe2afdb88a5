/**
 * `struct rusage` of 64-bit Linux and macOS: two times, then fourteen numbers, each of 64 bits. Read as words of 32 bits, low
 * word first on all machines that are supported.
 *
 * The sizes differ: the most memory is told in KiB by Linux, in bytes by macOS.
 */
import type { ResourceUsage } from '@subwire/transport';

/** What the system fills; used for every call. */
export const usageWords: Int32Array = new Int32Array(36);

// Indexes of the words.
const USER_TIME = 0;
const SYSTEM_TIME = 4;
const MAX_RSS = 8;
const MINOR_FAULTS = 16;
const MAJOR_FAULTS = 18;
const BLOCKS_IN = 22;
const BLOCKS_OUT = 24;
const VOLUNTARY_SWITCHES = 32;
const INVOLUNTARY_SWITCHES = 34;

const HIGH_WORD = 4_294_967_296;

/** Returns what `usageWords` says; `rssUnit` is the number of bytes in which the system counts memory. */
export function usageFromWords(rssUnit: number): ResourceUsage {
  return {
    userCpuMs: milliseconds(USER_TIME),
    systemCpuMs: milliseconds(SYSTEM_TIME),
    maxRssBytes: wide(MAX_RSS) * rssUnit,
    minorPageFaults: wide(MINOR_FAULTS),
    majorPageFaults: wide(MAJOR_FAULTS),
    fsReads: wide(BLOCKS_IN),
    fsWrites: wide(BLOCKS_OUT),
    voluntaryContextSwitches: wide(VOLUNTARY_SWITCHES),
    involuntaryContextSwitches: wide(INVOLUNTARY_SWITCHES),
  };
}

/** A `struct timeval`. Its microseconds fit into the low word, which is all that macOS fills. */
function milliseconds(index: number): number {
  return wide(index) * 1000 + (usageWords[index + 2] ?? 0) / 1000;
}

function wide(index: number): number {
  return ((usageWords[index] ?? 0) >>> 0) + (usageWords[index + 1] ?? 0) * HIGH_WORD;
}
