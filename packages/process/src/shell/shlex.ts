/** The functions of Python's module `shlex` in POSIX mode. */
import { ValueError } from '@subwire/transport';

/** Characters that need quotes: all but these. ASCII only, as in Python: `\w` has no `u` or `i` flag. */
const UNSAFE = /[^\w@%+=:,./-]/;

const WHITESPACE = ' \t\r\n';

/** Options of `split`. */
export interface SplitOptions {
  /** Drops the text from an unquoted `#`, also within a word, to the end of the line. Default: `false`. */
  readonly comments?: boolean;
}

/**
 * Quotes text, so that a POSIX shell reads it as one word.
 *
 * Text of ASCII letters, digits and `@%+=:,./-_` is returned unchanged, all other text in single quotes. The result is one
 * word only where the shell expects a word: not inside quotes, comments or here-documents, and not directly after a `$` or
 * a backslash. {@link shellCommand} checks that. A word that begins with `-` is still an option for the program.
 *
 * @param text - The text that the program gets.
 * @throws {TypeError} if it is not a string.
 * @throws {ValueError} if it contains a NUL byte, which an argument of a program cannot contain.
 * @asyncio shlex.quote
 * Differs: refuses NUL bytes.
 */
export function quote(text: string): string {
  if (typeof text !== 'string') {
    throw new TypeError('only a string can be quoted');
  }
  if (text.includes('\0')) {
    throw new ValueError('the text contains a NUL byte');
  }
  if (text === '') {
    return "''";
  }
  return UNSAFE.test(text) ? `'${text.replaceAll("'", `'"'"'`)}'` : text;
}

/**
 * Quotes arguments and joins them to one command line for a POSIX shell.
 *
 * {@link split} is the inverse.
 *
 * @param args - The arguments, the program first. The result for none is the empty string.
 * @throws {TypeError} if it is not an array of strings.
 * @throws {ValueError} if an argument contains a NUL byte.
 * @asyncio shlex.join
 * Differs: takes only an array, because a string would be an iterable of characters.
 */
export function join(args: readonly string[]): string {
  if (!Array.isArray(args)) {
    throw new TypeError('args must be an array of strings');
  }
  // `Array.from`, because `map` skips the holes of a sparse array.
  return Array.from(args as readonly string[], (arg) => quote(arg)).join(' ');
}

/**
 * Splits text into words as a POSIX shell does, with quotes and backslashes.
 *
 * It knows only quoting: `$`, `*`, `|`, `>` and `;` are ordinary characters. As in Python, and other than in a shell, a
 * backslash before a newline gives the newline, and in double quotes a backslash escapes only `"` and itself.
 *
 * @param text - The text. Words are separated by spaces, tabs, carriage returns and newlines.
 * @param options - See `SplitOptions`.
 * @throws {TypeError} if it is not a string.
 * @throws {ValueError} 'No closing quotation' if a quote is not closed, 'No escaped character' if the text ends with a
 * backslash.
 * @asyncio shlex.split
 * Differs: there is no `posix=False`.
 */
export function split(text: string, options: SplitOptions = {}): string[] {
  if (typeof text !== 'string') {
    throw new TypeError('only a string can be split');
  }
  const comments = options.comments ?? false;
  const words: string[] = [];
  // `null` between words: an empty word, `''`, is a word.
  let word: string | null = null;
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    const isComment = comments && character === '#';
    if (isComment || WHITESPACE.includes(character)) {
      if (word !== null) {
        words.push(word);
        word = null;
      }
      at = isComment ? lineEnd(text, at) : at + 1;
    } else {
      const piece = readPiece(text, at);
      word = (word ?? '') + piece.text;
      at = piece.end;
    }
  }
  if (word !== null) {
    words.push(word);
  }
  return words;
}

/** The functions `quote`, `join` and `split`, as in Python's module `shlex`. */
export const shlex: { readonly quote: typeof quote; readonly join: typeof join; readonly split: typeof split } = {
  quote,
  join,
  split,
};

/** A part of a word, and the index after it. */
interface Piece {
  readonly text: string;
  readonly end: number;
}

function lineEnd(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline === -1 ? text.length : newline + 1;
}

function readPiece(text: string, at: number): Piece {
  switch (text.charAt(at)) {
    case '\\':
      return { text: escaped(text, at), end: at + 2 };
    case "'":
      return readSingleQuoted(text, at + 1);
    case '"':
      return readDoubleQuoted(text, at + 1);
    default:
      return { text: text.charAt(at), end: at + 1 };
  }
}

function escaped(text: string, backslash: number): string {
  if (backslash + 1 === text.length) {
    throw new ValueError('No escaped character');
  }
  return text.charAt(backslash + 1);
}

function readSingleQuoted(text: string, start: number): Piece {
  const end = text.indexOf("'", start);
  if (end === -1) {
    throw new ValueError('No closing quotation');
  }
  return { text: text.slice(start, end), end: end + 1 };
}

function readDoubleQuoted(text: string, start: number): Piece {
  let content = '';
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') {
      return { text: content, end: at + 1 };
    }
    if (character === '\\') {
      const next = escaped(text, at);
      content += next === '"' || next === '\\' ? next : `\\${next}`;
      at += 1;
    } else {
      content += character;
    }
  }
  throw new ValueError('No closing quotation');
}
