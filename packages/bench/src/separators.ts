/**
 * Bytes per second that are searched for separators: the engine of `StreamReader.readuntil` beside the two that it replaced.
 *
 * 1. Both search the same chunks in the same process, in turns.
 * 2. The chunks lie in memory: no child is in it, and no reader.
 */
import { compareRates } from './compareRates.js';
import { FormerSearch } from './formerSearch.js';

/** What both engines are. */
interface Engine {
  scan(chunk: Uint8Array, sequence: number, from: number): number;
}

type EngineClass = new (separators: readonly Uint8Array[]) => Engine;

/** Inside the package, so that it is loaded from its file. */
const SCANNER = new URL('../../process/dist/search/separatorScanner.js', import.meta.url).href;

const TOTAL_BYTES = 8_388_608;
const CHUNK_BYTES = 65_536;
const ROUNDS = 15;

const LINE = 'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(2);

interface Case {
  readonly what: string;
  readonly separators: readonly string[];
  /** Repeated until there are `TOTAL_BYTES`. */
  readonly unit: string;
  readonly chunkBytes?: number;
}

const CASES: readonly Case[] = [
  { what: 'LF, lines of 73 bytes', separators: ['\n'], unit: `${LINE}\n` },
  { what: 'LF or CR, lines of 73 bytes', separators: ['\n', '\r'], unit: `${LINE}\n` },
  { what: 'LF or CR, lines of 6 bytes', separators: ['\n', '\r'], unit: 'abcde\n' },
  { what: 'one of 4 bytes, words', separators: [' ', '\t', '\n', '\0'], unit: 'some words\tare short\n' },
  { what: 'one of 20 bytes, every 200', separators: [...'ABCDEFGHIJKLMNOPQRST'], unit: `${'.'.repeat(199)}M` },
  { what: 'CRLF, lines of 74 bytes', separators: ['\r\n'], unit: `${LINE}\r\n` },
  { what: 'CRLF, LF or CR, lines of 74 bytes', separators: ['\r\n', '\n', '\r'], unit: `${LINE}\r\n` },
  { what: 'CRLF, lines of 6 bytes', separators: ['\r\n'], unit: 'abcd\r\n' },
  { what: 'a boundary, every 4 KiB', separators: ['\r\n--boundary'], unit: `${LINE.repeat(57)}\r\n--boundary` },
  { what: 'two boundaries, every 4 KiB', separators: ['--one', '\r\ntwo'], unit: `${LINE.repeat(57)}--one` },
  { what: 'never, many first bytes', separators: ['ab'], unit: 'a.' },
  { what: 'never, many of two first bytes', separators: ['ab', 'cd'], unit: 'a.c.' },
  { what: 'LF, chunks of 64 bytes', separators: ['\n'], unit: `${LINE}\n`, chunkBytes: 64 },
  { what: 'CRLF, chunks of 64 bytes', separators: ['\r\n'], unit: `${LINE}\r\n`, chunkBytes: 64 },
  { what: 'LF or CR, chunks of 64 bytes', separators: ['\n', '\r'], unit: `${LINE}\n`, chunkBytes: 64 },
];

function chunksOf(unit: string, chunkBytes: number): readonly Uint8Array[] {
  const all = Buffer.alloc(TOTAL_BYTES, unit);
  return Array.from({ length: TOTAL_BYTES / chunkBytes }, (_, index) =>
    Uint8Array.from(all.subarray(index * chunkBytes, (index + 1) * chunkBytes)),
  );
}

/** Finds every separator; returns how many there are. */
function search(engine: Engine, chunks: readonly Uint8Array[]): number {
  let count = 0;
  chunks.forEach((chunk, sequence) => {
    for (let end = engine.scan(chunk, sequence, 0); end !== -1; end = engine.scan(chunk, sequence, end)) {
      count += 1;
    }
  });
  return count;
}

async function compare(one: Case, Scanner: EngineClass): Promise<void> {
  const chunks = chunksOf(one.unit, one.chunkBytes ?? CHUNK_BYTES);
  const separators = one.separators.map((separator) => new TextEncoder().encode(separator));
  const expected = search(new FormerSearch(separators), chunks);
  const rate =
    (Engine: EngineClass): (() => Promise<number>) =>
    () => {
      const engine = new Engine(separators);
      const startedAt = performance.now();
      const count = search(engine, chunks);
      const seconds = (performance.now() - startedAt) / 1_000;
      return count === expected
        ? Promise.resolve(TOTAL_BYTES / seconds)
        : Promise.reject(new Error(`${one.what}: ${count} separators instead of ${expected}`));
    };
  await compareRates(
    { what: one.what, rounds: ROUNDS, format: (bytes) => `${(bytes / 1e9).toFixed(2)} GB/s`, bar: '>= 0.7' },
    { name: 'now', rate: rate(Scanner) },
    { name: 'before', rate: rate(FormerSearch) },
  );
}

const { SeparatorScanner } = (await import(SCANNER)) as { readonly SeparatorScanner: EngineClass };
for (const one of CASES) {
  await compare(one, SeparatorScanner);
}
