/** Length, in characters, of each half of an excerpt. */
const HALF_CHARS = 4_096;

const NEWLINE = 0x0a;
const TAB = 0x09;

/**
 * Returns the beginning and the end of an output for a message: at most 4 KiB each, control characters escaped.
 *
 * The time is bounded too: 120 MB of escape bytes take no longer than 8 KiB of them.
 */
export function outputExcerpt(output: Uint8Array | string | null): string {
  if (output === null || output.length === 0) {
    return '';
  }
  const between = Math.max(0, output.length - 2 * HALF_CHARS);
  // A short output is decoded whole, because a cut before decoding may go through a character.
  const start = escaped(output, 0, between === 0 ? output.length : HALF_CHARS);
  const end =
    between === 0
      ? start.splice(Math.ceil(start.length / 2))
      : escaped(output, output.length - HALF_CHARS, output.length);
  const head = fitting(start);
  const tail = fitting(end.reverse()).reverse();
  const left = between + start.length - head.length + end.length - tail.length;
  return `\n${head.join('')}${left === 0 ? '' : `\n… ${left} more …\n`}${tail.join('')}`.trimEnd();
}

/** Returns the characters from `from` to `to`, each of them escaped if a terminal would act on it. */
function escaped(output: Uint8Array | string, from: number, to: number): string[] {
  const text =
    typeof output === 'string' ? output.slice(from, to) : new TextDecoder().decode(output.subarray(from, to));
  return Array.from(text, (character) => {
    const point = character.codePointAt(0) ?? 0;
    return mustEscape(point) ? `\\u${point.toString(16).padStart(4, '0')}` : character;
  });
}

/** Returns as many characters from the start as an excerpt has room for; none is cut in two. */
function fitting(characters: readonly string[]): string[] {
  let length = 0;
  const end = characters.findIndex((character) => (length += character.length) > HALF_CHARS);
  return characters.slice(0, end === -1 ? characters.length : end);
}

/** Terminals act on C0, DEL and C1 characters, and on those that change the direction of writing. */
function mustEscape(point: number): boolean {
  const control = (point < 0x20 && point !== NEWLINE && point !== TAB) || (point >= 0x7f && point < 0xa0);
  const direction = (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
  return control || direction;
}
