/** Length, in characters, of each half of an excerpt. */
const HALF_CHARS = 4_096;

const NEWLINE = 0x0a;
const TAB = 0x09;

/**
 * Returns the beginning and the end of an output for a message: at most 4 KiB each, control characters escaped.
 *
 * The work is bounded too: a child that prints 120 MB of escape bytes costs what one that prints 8 KiB costs.
 */
export function outputExcerpt(output: Uint8Array | string | null): string {
  if (output === null || output.length === 0) {
    return '';
  }
  const dropped = output.length - 2 * HALF_CHARS;
  const parts =
    dropped <= 0
      ? [textOf(output, 0, output.length)]
      : [
          textOf(output, 0, HALF_CHARS),
          `\n… ${dropped} more …\n`,
          textOf(output, output.length - HALF_CHARS, output.length),
        ];
  const [head = '', gap = '', tail = ''] = parts.map((part, index) => (index === 1 ? part : escapeControls(part)));
  return `\n${head.slice(0, dropped <= 0 ? 2 * HALF_CHARS : HALF_CHARS)}${gap}${tail.slice(-HALF_CHARS)}`.trimEnd();
}

function textOf(output: Uint8Array | string, start: number, end: number): string {
  return typeof output === 'string' ? output.slice(start, end) : new TextDecoder().decode(output.subarray(start, end));
}

/** Terminals act on C0, DEL and C1 characters, and on the ones that turn the direction of writing. */
function escapeControls(text: string): string {
  let escaped = '';
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    escaped += mustEscape(point) ? `\\u${point.toString(16).padStart(4, '0')}` : character;
  }
  return escaped;
}

function mustEscape(point: number): boolean {
  const control = (point < 0x20 && point !== NEWLINE && point !== TAB) || (point >= 0x7f && point < 0xa0);
  const direction = (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
  return control || direction;
}
