/** Shell commands from templates: the literal parts are code, the values are data. */
import { ValueError } from '@subwire/transport';
import { placeAfter } from './shellTemplatePlace.js';
import { quote } from './shlex.js';

/** Shell code that {@link shellCommand} inserts as it is; made by {@link unquoted}. */
export class UnquotedText {
  /** The code. */
  readonly text: string;

  constructor(text: string) {
    if (typeof text !== 'string') {
      throw new TypeError('unquoted text must be a string');
    }
    if (text.includes('\0')) {
      throw new ValueError('the unquoted text contains a NUL byte');
    }
    this.text = text;
  }
}

/** One value of a template. */
export type ShellWord = string | number | bigint | UnquotedText;

/** What a template can interpolate: a value, or several that become words of their own. */
export type ShellValue = ShellWord | readonly ShellWord[];

/** A bare word of these has a meaning where a command begins. */
const RESERVED_WORD = /^(?:case|coproc|do|done|elif|else|esac|fi|for|function|if|in|select|then|time|until|while)$/;

/**
 * Marks trusted shell code, so that {@link shellCommand} inserts it without quotes, anywhere.
 *
 * Whatever is in it runs. Never build it from input.
 *
 * @param text - A fragment of a command, e.g. `2>&1`, `| sort -u`, or what another `shellCommand` returned.
 * @throws {TypeError} if it is not a string.
 * @throws {ValueError} if it contains a NUL byte.
 */
export function unquoted(text: string): UnquotedText {
  return new UnquotedText(text);
}

/**
 * Template tag that returns a POSIX shell command in which every interpolated value is quoted.
 *
 * `` shellCommand`git log ${ref} -- ${paths} -n ${5}` `` gives the shell each value as exactly the text it is. A string,
 * finite number or bigint is one word (or the part of one that it is glued to), an array is its elements separated by
 * spaces, and an empty array is nothing. The literal parts stay as they are, in their cooked form: `\n` is a newline, a
 * backslash for the shell is written `\\`, and a `${` for the shell `\${`.
 *
 * Values are quoted as by {@link quote}, and also where a plain one would turn into something else: into part of the
 * variable name before it, an assignment, a reserved word, a descriptor before `<` or `>`. What it cannot know is how the
 * program reads its arguments: put `--` before values that may begin with `-`, and use no values as code of `eval`.
 *
 * @throws {TypeError} if it is not used as a template tag, or a value is of another type; the position is named.
 * @throws {ValueError} if a value stands where quotes would not protect it: inside quotes, a comment, backticks, `${…}` or
 * arithmetic, after a `$`, a backslash or a here-document; or if it contains a NUL byte; or if a literal part has an
 * invalid escape.
 */
export function shellCommand(strings: TemplateStringsArray, ...values: readonly ShellValue[]): string {
  // A call with a string would quote nothing.
  if (!Array.isArray(strings) || !Array.isArray(strings.raw) || strings.length !== values.length + 1) {
    throw new TypeError('shellCommand must be used as a template tag: shellCommand`…`');
  }
  const command = new CommandText();
  // The cooked form of a part with an invalid escape is `undefined`, whatever the type says.
  (strings as readonly (string | undefined)[]).forEach((literal, index) => {
    if (literal === undefined) {
      throw new ValueError(`literal part ${index + 1} has an invalid escape; write \\\\ for a backslash`);
    }
    command.addCode(literal);
    if (index < values.length) {
      command.addInterpolation(values[index], `interpolation ${index + 1}`);
    }
  });
  return command.text;
}

class CommandText {
  #text = '';
  #endsWithValue = false;

  get text(): string {
    return this.#text;
  }

  addCode(code: string): void {
    if (code === '') {
      return;
    }
    // Digits directly before a redirection would be the descriptor to redirect.
    if (this.#endsWithValue && /^(?:\\\n)*[<>]/.test(code)) {
      this.#text = this.#text.replace(/[0-9]+$/, `'$&'`);
    }
    this.#text += code;
    this.#endsWithValue = false;
  }

  addInterpolation(value: unknown, what: string): void {
    if (value instanceof UnquotedText) {
      this.addCode(value.text);
    } else if (Array.isArray(value)) {
      this.#addArray(value, what);
    } else {
      this.#addValue(wordOf(value, what), this.#checkedWord(what), what);
    }
  }

  #addArray(values: readonly unknown[], what: string): void {
    // `null` where code came before, which may have opened quotes.
    let word: string | null = values[0] instanceof UnquotedText ? null : this.#checkedWord(what);
    for (const [index, value] of values.entries()) {
      const element = `element ${index + 1} of ${what}`;
      if (index > 0) {
        this.#text += ' ';
      }
      if (value instanceof UnquotedText) {
        this.addCode(value.text);
        word = null;
      } else {
        this.#addValue(wordOf(value, element), word ?? this.#checkedWord(element), element);
        word = '';
      }
    }
  }

  #addValue(value: string, word: string, what: string): void {
    if (value.includes('\0')) {
      throw new ValueError(`${what} contains a NUL byte`);
    }
    const quoted = quote(value);
    this.#text += quoted === value && changesMeaning(value, word) ? `'${value}'` : quoted;
    this.#endsWithValue = true;
  }

  /** Returns the word that a value would be glued to. */
  #checkedWord(what: string): string {
    const place = placeAfter(this.#text);
    if ('problem' in place) {
      throw new ValueError(`${what} ${place.problem}`);
    }
    return place.word;
  }
}

/** Tells whether a value that needs no quotes as a word of its own needs them after the beginning of a word. */
function changesMeaning(value: string, word: string): boolean {
  return (
    /[$~{]/.test(word) || (value.includes('=') && !word.includes('=')) || (word === '' && RESERVED_WORD.test(value))
  );
}

function wordOf(value: unknown, what: string): string {
  if (typeof value === 'string') {
    return value;
  }
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value))) {
    return String(value);
  }
  throw new TypeError(`${what} must be a string, a finite number, a bigint or an array of those, not ${nameOf(value)}`);
}

/** Names a value without showing it. */
function nameOf(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'number') {
    return String(value);
  }
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
