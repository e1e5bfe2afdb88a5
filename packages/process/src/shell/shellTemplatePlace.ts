/**
 * Tells whether a quoted word may follow a text of POSIX shell code.
 *
 * It is not a parser for the whole shell language. It reads quotes, comments, `$(…)`, `${…}`, `$((…))` and backticks. For
 * everything that it cannot read with certainty (here-documents, `case` in a quoted `$(…)`, syntax on which shells differ)
 * the answer is "no". A wrong "no" only means that the author of a template has to use a variable. A wrong "yes" would let
 * a value run as code.
 *
 * | state      | quotes                  | backtick        | `$(`, `(`     | `$((`, `((`       | `${`   | its closing character         |
 * | ---------- | ----------------------- | --------------- | ------------- | ----------------- | ------ | ----------------------------- |
 * | command    | skip `'…'`; `"`: double | backtick        | command       | arithmetic        | braces | `)`: the outer state          |
 * | double     | `"`: the outer state    | backtick        | `$(`: command | `$((`: arithmetic | braces | `"`: the outer state          |
 * | braces     | skip `'…'`; `"`: double | backtick        | `$(`: command | `$((`: arithmetic | braces | `}`: the outer state          |
 * | arithmetic | "no"                    | "no"            | counted       | counted           | -      | the last `)`: the outer state |
 * | backtick   | -                       | the outer state | -             | -                 | -      | the outer state               |
 */

/** The beginning of the word that a quoted value would continue, or why no value is allowed. */
export type Place = { readonly word: string } | { readonly problem: string };

type FrameKind = 'command' | 'double' | 'braces' | 'arithmetic' | 'backtick';

/** A construct that was opened and not closed yet. */
interface Frame {
  readonly kind: FrameKind;
  readonly start: number;
  /** Index of the beginning of the current word of a command. */
  wordStart: number;
  /** Number of open parentheses of arithmetic. */
  parens: number;
}

const REMOVE_QUOTES = 'remove the quotes around it, every value is quoted already';
const USE_PARAMETER = 'set a variable from it first, or hand it over in the environment';

/** Why no value is allowed in a construct that is still open. */
const INSIDE: Readonly<Record<Exclude<FrameKind, 'command'>, string>> = {
  double: `stands inside double quotes; ${REMOVE_QUOTES}`,
  braces: `stands inside \${…}; ${USE_PARAMETER}`,
  arithmetic: `stands inside arithmetic, which no quoting makes safe; ${USE_PARAMETER}`,
  backtick: 'stands inside backticks; use $(…) instead of them',
};

/** Reads a text that begins as a command, and returns what follows from it for a value at its end. */
export function placeAfter(text: string): Place {
  return new PlaceReader(text).read();
}

function unclear(what: string): string {
  return `comes after ${what}, from where on quoting cannot be followed; ${USE_PARAMETER}`;
}

class PlaceReader {
  readonly #text: string;
  readonly #frames: Frame[] = [];
  #frame: Frame = { kind: 'command', start: 0, wordStart: 0, parens: 0 };
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Place {
    while (this.#at < this.#text.length) {
      const problem = this.#step(this.#text.charAt(this.#at));
      if (problem !== null) {
        return { problem };
      }
    }
    const { kind, wordStart } = this.#frame;
    return kind === 'command' ? { word: this.#text.slice(wordStart) } : { problem: INSIDE[kind] };
  }

  /** Reads the construct that begins with a character; returns a problem that no later text can solve, else `null`. */
  #step(character: string): string | null {
    const { kind } = this.#frame;
    if (kind === 'arithmetic') {
      return this.#stepArithmetic(character);
    }
    if (character === '\\') {
      return this.#readEscape();
    }
    if (kind === 'backtick') {
      return character === '`' ? this.#close(1) : this.#skip(1);
    }
    if (character === '`') {
      return this.#open('backtick', 1);
    }
    if (character === '$') {
      return this.#readDollar();
    }
    if (kind === 'double') {
      return character === '"' ? this.#close(1) : this.#skip(1);
    }
    if (character === '"' || character === "'") {
      return this.#readQuote(character);
    }
    if (kind === 'braces') {
      return character === '}' ? this.#close(1) : this.#skip(1);
    }
    return this.#stepCommand(character);
  }

  #stepCommand(character: string): string | null {
    const next = this.#text.charAt(this.#at + 1);
    if (character === '#' && this.#frame.wordStart === this.#at) {
      const newline = this.#text.indexOf('\n', this.#at);
      return newline === -1 ? 'stands inside a comment' : this.#skip(newline - this.#at);
    }
    if (character === '<' && next === '<') {
      // `<<<` is the here-string of bash, and is followed by an ordinary word.
      return this.#text.charAt(this.#at + 2) === '<' ? this.#endWord(3) : unclear('a here-document');
    }
    if (character === '(') {
      this.#endWord(0);
      return next === '(' ? this.#open('arithmetic', 2) : this.#open('command', 1);
    }
    if (character === ')' && this.#frames.length > 0) {
      return this.#close(1);
    }
    return ' \t\n;&|<>)'.includes(character) ? this.#endWord(1) : this.#skip(1);
  }

  #stepArithmetic(character: string): string | null {
    if ('\'"\\`#'.includes(character)) {
      return unclear(`${character} in arithmetic`);
    }
    this.#frame.parens += character === '(' ? 1 : character === ')' ? -1 : 0;
    return this.#frame.parens === 0 ? this.#close(1) : this.#skip(1);
  }

  #readEscape(): string | null {
    const next = this.#text.charAt(this.#at + 1);
    if (next === '' && this.#frame.kind === 'command') {
      return 'stands directly after a backslash; remove the backslash';
    }
    if (next === '\n') {
      // The shell joins the lines before it reads operators and words.
      if (/[$<(]/.test(this.#text.charAt(this.#at - 1))) {
        return unclear('an operator that is broken over two lines');
      }
      if (this.#frame.wordStart === this.#at) {
        return this.#endWord(2);
      }
    }
    return this.#skip(2);
  }

  #readDollar(): string | null {
    const next = this.#text.charAt(this.#at + 1);
    const { kind } = this.#frame;
    if (next === '' && kind === 'command') {
      return 'stands directly after "$"; escape the "$" with a backslash, or remove it';
    }
    if (next === '(') {
      return this.#text.charAt(this.#at + 2) === '(' ? this.#open('arithmetic', 3) : this.#open('command', 2);
    }
    if (next === '{') {
      return this.#open('braces', 2);
    }
    if (next === '[' || (next === "'" && kind !== 'double')) {
      return unclear(`$${next}, which shells read differently`);
    }
    // In `$$` and `$#` the second character is the name of a parameter, and begins no construct.
    return this.#skip(next !== '' && '$#@*?!-'.includes(next) ? 2 : 1);
  }

  #readQuote(character: string): string | null {
    if (this.#frame.kind === 'braces' && this.#frames.some((frame) => frame.kind === 'double')) {
      return unclear('a quote in a quoted ${…}');
    }
    if (character === '"') {
      return this.#open('double', 1);
    }
    const end = this.#text.indexOf("'", this.#at + 1);
    return end === -1 ? `stands inside single quotes; ${REMOVE_QUOTES}` : this.#skip(end + 1 - this.#at);
  }

  #skip(length: number): null {
    this.#at += length;
    return null;
  }

  #endWord(length: number): null {
    this.#at += length;
    this.#frame.wordStart = this.#at;
    return null;
  }

  #open(kind: FrameKind, length: number): null {
    const start = this.#at;
    this.#frames.push(this.#frame);
    this.#at += length;
    this.#frame = { kind, start, wordStart: this.#at, parens: 2 };
    return null;
  }

  #close(length: number): string | null {
    const closed = this.#frame;
    this.#frame = this.#frames.pop() ?? closed;
    const content = this.#text.slice(closed.start, this.#at).replaceAll('\\\n', '');
    this.#at += length;
    const isSubstitution =
      closed.kind === 'arithmetic' || (closed.kind === 'command' && this.#frame.kind !== 'command');
    // The `)` of a pattern closes nothing, and only a full parser could recognize it.
    if (isSubstitution && /\bcase\b/.test(content)) {
      return unclear('"case" in a substitution');
    }
    // A substitution is part of a word; a construct that begins with a parenthesis is not.
    return this.#text.charAt(closed.start) === '(' ? this.#endWord(0) : null;
  }
}
