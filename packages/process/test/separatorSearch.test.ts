import { expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { ChunkQueue } from '../src/search/chunkQueue.js';
import { SeparatorSearch, toSeparators } from '../src/search/separatorSearch.js';
import { bytes, cut, text } from './streamFakes.js';

interface Match {
  readonly end: number;
  readonly length: number;
}

/** The rule, without any regard to speed: the first end wins, and of those that end there the shortest. */
function naiveMatch(all: string, separators: readonly string[]): Match | null {
  for (let end = 1; end <= all.length; end += 1) {
    const lengths = separators.filter((one) => all.slice(0, end).endsWith(one)).map((one) => one.length);
    if (lengths.length > 0) return { end, length: Math.min(...lengths) };
  }
  return null;
}

function naiveMatches(all: string, separators: readonly string[]): Match[] {
  const matches: Match[] = [];
  let rest = all;
  for (let match = naiveMatch(rest, separators); match !== null; match = naiveMatch(rest, separators)) {
    matches.push(match);
    rest = rest.slice(match.end);
  }
  return matches;
}

/** Takes every part that is complete out of the queue. */
function takeMatches(queue: ChunkQueue, search: SeparatorSearch): Match[] {
  const matches: Match[] = [];
  while (search.find(queue)) {
    matches.push({ end: search.matchEnd - queue.head, length: search.matchLength });
    queue.skip(search.matchEnd - queue.head);
  }
  return matches;
}

/** Separators that overlap, that begin, end or contain one another, that are equal, and single bytes. */
const SEPARATOR_SETS: readonly (readonly string[])[] = [
  ['a'],
  ['a', 'b'],
  ['aa'],
  ['ab', 'ba'],
  ['aab'],
  ['aba'],
  ['abab', 'ba'],
  ['a', 'ab'],
  ['ab', 'b'],
  ['aaab', 'ab', 'aa'],
  ['bab', 'a'],
  ['abba', 'bb', 'bb'],
];

function* words(length: number): Generator<string> {
  for (let number = 0; number < 2 ** length; number += 1) {
    yield Array.from({ length }, (_, bit) => (((number >> bit) & 1) === 0 ? 'a' : 'b')).join('');
  }
}

test('every text is found in the same way in every chunking, for separators that overlap and contain one another', () => {
  const length = 6;
  for (const separators of SEPARATOR_SETS) {
    for (const all of words(length)) {
      const expected = naiveMatches(all, separators);
      for (let cuts = 0; cuts < 2 ** (length - 1); cuts += 1) {
        const [queue, search] = [new ChunkQueue(), new SeparatorSearch(toSeparators(separators))];
        const matches: Match[] = [];
        let done = 0;
        for (let end = 1; end <= length; end += 1) {
          if (end === length || ((cuts >> (end - 1)) & 1) === 1) {
            queue.push(bytes(all.slice(done, end)));
            done = end;
            matches.push(...takeMatches(queue, search));
          }
        }
        if (JSON.stringify(matches) !== JSON.stringify(expected)) {
          expect({ separators, all, cuts, matches }).toEqual({
            separators,
            all,
            cuts,
            matches: expected,
          });
        }
      }
    }
  }
});

/** Text in which separators are near one another, and far away from one another. */
const stretch = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 }),
  fc.integer({ min: 1, max: 90 }).map((length) => '.'.repeat(length)),
);
const longText = fc.array(stretch, { maxLength: 12 }).map((parts) => parts.join(''));
const separatorSets = fc.oneof(
  fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 4,
  }),
  fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'x'), { minLength: 1 }),
  // Too many first bytes to search for each.
  fc.constantFrom([...'abdefghijklmnopqrst'], [...'abdefghijklmnopqrst', 'cc', 'ca']),
);

test('a search finds what the rule says, whatever is fed, grown, asked and consumed in between', () => {
  const step = fc.record({
    op: fc.constantFrom('push', 'grow', 'skip', 'take'),
    size: fc.integer({ min: 1, max: 40 }),
  });
  fc.assert(
    fc.property(longText, separatorSets, fc.array(step, { maxLength: 60 }), (all, separators, steps) => {
      const memory = bytes(all);
      const [queue, search] = [new ChunkQueue(), new SeparatorSearch(toSeparators(separators))];
      let fed = 0;
      for (const { op, size } of steps) {
        if (op === 'push' || op === 'grow') {
          const chunk = memory.subarray(fed, fed + size);
          fed += chunk.length;
          if (chunk.length > 0 && (op === 'push' || !queue.grow(chunk))) {
            queue.push(op === 'push' ? chunk.slice() : chunk);
          }
        } else if (op === 'skip') {
          queue.skip(Math.min(size, queue.length));
        } else if (search.find(queue)) {
          queue.skip(search.matchEnd - queue.head);
        }
        const expected = naiveMatch(all.slice(queue.head, fed), separators);
        const found = search.find(queue) ? { end: search.matchEnd - queue.head, length: search.matchLength } : null;
        expect(found).toEqual(expected);
      }
    }),
    { numRuns: 1000 },
  );
});

test('a large text gives the same parts in one chunk and in any others', () => {
  fc.assert(
    fc.property(
      fc.array(longText, { maxLength: 8 }),
      separatorSets,
      fc.infiniteStream(fc.nat(70)),
      (parts, set, sizes) => {
        const all = parts.join('');
        const [queue, search] = [new ChunkQueue(), new SeparatorSearch(toSeparators(set))];
        const matches: Match[] = [];
        for (const chunk of cut(bytes(all), sizes)) {
          queue.push(chunk);
          matches.push(...takeMatches(queue, search));
        }
        expect(matches).toEqual(naiveMatches(all, set));
        expect(text(queue.take(queue.length))).toBe(all.slice(matches.reduce((sum, { end }) => sum + end, 0)));
      },
    ),
    { numRuns: 300 },
  );
});

interface Cost {
  /** How often any byte was read, by the table or by `indexOf`. */
  looks: number;
  /** How often `indexOf` was called. */
  jumps: number;
}

/** Searches `all` in chunks of a size, takes out what is found, and counts. */
function costOf(all: Uint8Array, separators: readonly string[], chunkBytes: number): Cost {
  const cost: Cost = { looks: 0, jumps: 0 };
  const counting = (chunk: Uint8Array): Uint8Array =>
    new Proxy(chunk, {
      get(target, key) {
        if (typeof key === 'string' && /^\d+$/.test(key)) cost.looks += 1;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  const queue = new ChunkQueue();
  const search = new SeparatorSearch(toSeparators(separators));
  const spy = jest.spyOn(Buffer.prototype, 'indexOf').mockImplementation(function (this: Uint8Array, byte, from) {
    cost.jumps += 1;
    for (let index = Number(from); index < this.length; index += 1) {
      if (this[index] === byte) return index;
    }
    return -1;
  });
  try {
    for (let start = 0; start < all.length; start += chunkBytes) {
      queue.push(counting(all.slice(start, start + chunkBytes)));
      takeMatches(queue, search);
      // Asked again without any news, it has nothing to look at.
      const before = cost.looks;
      search.find(queue);
      expect(cost.looks).toBe(before);
    }
  } finally {
    spy.mockRestore();
  }
  return cost;
}

const SIZE = 5_000;

test.each<[name: string, separators: readonly string[], unit: string]>([
  ['a beginning that never ends', [`${'a'.repeat(50)}b`], 'a'],
  ['a long beginning that breaks off again and again', [`${'a'.repeat(50)}b`], `${'a'.repeat(49)}c`],
  ['first bytes close together', ['ab'], 'a.'],
  ['several first bytes close together', ['ab', 'cd'], 'a.c.'],
  ['beginnings within beginnings', ['aaaaab', 'aaab', 'ab'], 'aaaaac'],
  ['one of two separators everywhere', ['\n', '\r'], '\n'],
  ['one of two separators often', ['\n', '\r'], 'line\n'],
  ['a separator that begins another', ['\r\n', '\n'], 'a line\r\n'],
  ['many single bytes', [...'abcdefgh'], '....................h'],
  ['more first bytes than are searched one by one', [...'abcdefghijklmnopqrstuvwxyz'], '....................h'],
])('the cost is linear: %s', (_name, separators, unit) => {
  const all = bytes(unit.repeat(Math.ceil(SIZE / unit.length))).subarray(0, SIZE);
  const firstBytes = new Set(separators.map((one) => one[0])).size;
  for (const chunkBytes of [1, 7, 1000, SIZE]) {
    const { looks } = costOf(all, separators, chunkBytes);
    // Once for the search for each first byte, once for the table.
    expect(looks).toBeLessThanOrEqual((firstBytes + 1) * SIZE);
    expect(looks).toBeGreaterThanOrEqual(SIZE);
  }
});

test('input full of first bytes does not cost a call of indexOf for each of them', () => {
  for (const [separators, unit] of [
    [['ab'], 'a.'],
    [['ab', 'cd'], 'a.c.'],
  ] as const) {
    const { jumps } = costOf(bytes(unit.repeat(SIZE / unit.length)), separators, SIZE);
    expect(jumps).toBeLessThan(SIZE / 16);
  }
});

test('a chunk that grows is not searched again for a byte that was not in it', () => {
  const memory = bytes('\n'.repeat(4_000));
  const queue = new ChunkQueue();
  const search = new SeparatorSearch(toSeparators(['\n', '\r']));
  const { indexOf } = Buffer.prototype as { indexOf: (this: Uint8Array, byte: unknown, from: unknown) => number };
  let looks = 0;
  const spy = jest.spyOn(Buffer.prototype, 'indexOf').mockImplementation(function (this: Buffer, byte, from) {
    const index = indexOf.call(this, byte, from);
    looks += (index === -1 ? this.length : index + 1) - Number(from);
    return index;
  });
  try {
    queue.push(memory.subarray(0, 2_000));
    for (let fed = 2_000; fed < memory.length; fed += 1) {
      expect(search.find(queue)).toBe(true);
      queue.skip(1);
      expect(queue.grow(memory.subarray(fed, fed + 1))).toBe(true);
    }
  } finally {
    spy.mockRestore();
  }
  expect(looks).toBeLessThanOrEqual(2 * memory.length);
});
