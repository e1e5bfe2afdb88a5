/** Shell commands from templates: the literal parts are shell code, the values are quoted. */
import { ValueError } from '@subwire/transport';
import { placeAfter } from './shellTemplatePlace.js';
import { quote } from './shlex.js';

/** Shell code that {@link shellCommand} inserts without quotes; {@link unquoted} returns it. */
export class UnquotedText {
  /** The shell code. */
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

/** A value of a template: one word, or an array of words. */
export type ShellValue = ShellWord | readonly ShellWord[];

/** Words with a meaning for the shell at the beginning of a command. */
const RESERVED_WORD = /^(?:case|coproc|do|done|elif|else|esac|fi|for|function|if|in|select|then|time|until|while)$/;

/**
 * Marks text as trusted shell code, so that {@link shellCommand} inserts it without quotes.
 *
 * The shell runs whatever it contains, so never build it from untrusted input.
 *
 * @param text - Part of a command, for instance `2>&1`, `| sort -u`, or the result of another `shellCommand`.
 * @throws {TypeError} if it is not a string.
 * @throws {ValueError} if it contains a NUL byte.
 */
export function unquoted(text: string): UnquotedText {
  return new UnquotedText(text);
}

/**
 * Template tag that returns a POSIX shell command in which every interpolated value is quoted.
 *
 * In `` shellCommand`git log ${ref} -- ${paths} -n ${5}` `` the shell takes each value as literal text. A string, finite
 * number or bigint is one word, or part of the word that it is written next to. An array is its elements separated by
 * spaces; an empty array is the empty text. The literal parts are used unchanged in their cooked form: `\n` is a newline,
 * `\\` is a backslash for the shell, and `\${` is a `${` for the shell.
 *
 * A value is quoted as by {@link quote}. It is also quoted where the shell would else read it as part of the variable name
 * before it, an assignment, a reserved word, or a descriptor before `<` or `>`. How the program reads its arguments is not
 * known here: write `--` before values that may begin with `-`, and do not pass values to `eval`.
 *
 * @param strings - The literal parts.
 * @param values - The values.
 * @throws {TypeError} if it is not used as a template tag, or a value has another type; the message has its position.
 * @throws {ValueError} if a value is at a position where quotes do not protect it: inside quotes, a comment, backticks,
 * `${…}` or arithmetic, after a `$`, a backslash or a here-document; if a value contains a NUL byte; or if a literal part
 * has an invalid escape.
 */
export function shellCommand(strings: TemplateStringsArray, ...values: readonly ShellValue[]): string {
  // A call as an ordinary function, with a string, would quote nothing.
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
    // The shell would read digits directly before a redirection as a descriptor.
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
    // `null` after shell code, which may have opened quotes.
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

  /** Returns the beginning of the word that a value would continue. */
  #checkedWord(what: string): string {
    const place = placeAfter(this.#text);
    if ('problem' in place) {
      throw new ValueError(`${what} ${place.problem}`);
    }
    return place.word;
  }
}

/** Tells whether a value that needs no quotes as a whole word needs them after the beginning of a word. */
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

/** Returns the type of a value for a message, which must not show the value. */
function nameOf(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'number') {
    return String(value);
  }
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
