/**
 * The transition table of an Aho-Corasick automaton.
 *
 * 1. A state is the longest beginning of any separator that the last bytes spell. State 0 is the empty beginning.
 * 2. A separator that ends is no state: the table has minus its length there. If several separators end at the same byte,
 *    it is the length of the shortest.
 * 3. Bytes that occur in no separator share class 0. So the table has a column for each byte that occurs in one, and one
 *    column for the rest.
 */

/** Where each byte leads from each state. */
export interface SeparatorTable {
  /** The next state, or minus the length of a separator that ends; by the state + the class of the byte. */
  readonly next: Int32Array;
  /** Class of each byte. */
  readonly classes: Uint16Array;
}

/** An edge of the tree of separators. */
type Edge = readonly [parent: number, byteClass: number, state: number];

/** What is known while the table is built. States have numbers here: 0, 1, 2, … */
interface Draft {
  readonly next: Int32Array;
  readonly classes: Uint16Array;
  /** Number of classes. */
  readonly width: number;
  /** Length of the shortest separator that ends in a state, 0 if none does. */
  readonly ends: Int32Array;
}

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
  const draft = { next: new Int32Array(states * width), ends: new Int32Array(states), classes, width };
  addFallbacks(draft, addWords(draft, separators));
  // A state is the index of its row, which saves a multiplication for each byte.
  const next = draft.next.map((state) => -(draft.ends[state] ?? 0) || state * width);
  return { next, classes };
}

/** Builds the tree of all separators; returns its edges, those next to the root first. */
function addWords({ next, ends, classes, width }: Draft, separators: readonly Uint8Array[]): Edge[] {
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
function addFallbacks({ next, ends, width }: Draft, edges: readonly Edge[]): void {
  const fallback = new Int32Array(ends.length);
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
