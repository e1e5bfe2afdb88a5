/**
 * The transition table of an Aho-Corasick automaton.
 *
 * 1. A state is the longest beginning of any separator that the last bytes spell; state 0 is none.
 * 2. Bytes that occur in no separator share class 0, so the table has a column for each byte that matters and one for the
 *    rest.
 */

/** Where each byte leads from each state, and which states are the end of a separator. */
export interface SeparatorTable {
  /** Next state, by state × `width` + class of the byte. */
  readonly next: Uint32Array;
  /** Length of the shortest separator that ends in a state, 0 if none does. */
  readonly ends: Uint32Array;
  /** Class of each byte: 0 for bytes that are in no separator. */
  readonly classes: Uint16Array;
  /** Number of classes. */
  readonly width: number;
}

/** An edge of the tree of separators. */
type Edge = readonly [parent: number, byteClass: number, state: number];

/** Builds the table for separators, none of which is empty. */
export function separatorTable(separators: readonly Uint8Array[]): SeparatorTable {
  const classes = new Uint16Array(256);
  const distinct = new Set(separators.flatMap((separator) => Array.from(separator)));
  let width = 1;
  for (const byte of distinct) {
    classes[byte] = width;
    width += 1;
  }
  const states = 1 + separators.reduce((sum, separator) => sum + separator.length, 0);
  const table = { next: new Uint32Array(states * width), ends: new Uint32Array(states), classes, width };
  addFallbacks(table, addWords(table, separators));
  return table;
}

/** Builds the tree of all separators; returns its edges, those next to the root first. */
function addWords({ next, ends, classes, width }: SeparatorTable, separators: readonly Uint8Array[]): Edge[] {
  const edges: Edge[][] = [];
  let count = 1;
  for (const separator of separators) {
    let state = 0;
    separator.forEach((byte, depth) => {
      const byteClass = classes[byte] ?? 0;
      const slot = state * width + byteClass;
      if (next[slot] === 0) {
        next[slot] = count;
        (edges[depth] ??= []).push([state, byteClass, count]);
        count += 1;
      }
      state = next[slot] ?? 0;
    });
    ends[state] = separator.length;
  }
  return edges.flat();
}

/**
 * Fills in the bytes that do not continue the separator of a state: they lead to the longest beginning of any separator
 * that the last bytes spell.
 */
function addFallbacks({ next, ends, width }: SeparatorTable, edges: readonly Edge[]): void {
  const fallback = new Uint32Array(ends.length);
  for (const [parent, byteClass, state] of edges) {
    const shorter = parent === 0 ? 0 : (next[(fallback[parent] ?? 0) * width + byteClass] ?? 0);
    fallback[state] = shorter;
    const inherited = ends[shorter] ?? 0;
    if (inherited !== 0) {
      // A separator that ends in the shorter beginning is shorter than one that ends here.
      ends[state] = inherited;
    }
    for (let other = 0; other < width; other += 1) {
      const slot = state * width + other;
      if (next[slot] === 0) {
        next[slot] = next[shorter * width + other] ?? 0;
      }
    }
  }
}
