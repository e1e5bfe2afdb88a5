import { describe, expect, it } from '@jest/globals';
import { ValueError } from '@subwire/transport';
import { join, quote, shlex, split } from '../src/shell/shlex.js';

describe('shlex.quote', () => {
  it('leaves the safe ASCII characters alone', () => {
    const safe = 'abcXYZ0189_@%+=:,./-';
    expect(quote(safe)).toBe(safe);
  });

  it('turns the empty string into a word', () => {
    expect(quote('')).toBe("''");
  });

  it('puts all other text in single quotes', () => {
    expect(['a b', '*', '$HOME', '\n', '~', '"', '\\'].map(quote)).toEqual([
      "'a b'",
      "'*'",
      "'$HOME'",
      "'\n'",
      "'~'",
      `'"'`,
      "'\\'",
    ]);
  });

  it('puts single quotes in double quotes', () => {
    expect(quote("it's")).toBe(`'it'"'"'s'`);
  });

  it.each(['é', '\u212a', '\u017f', '\u0663', '名', '🙂'])('quotes %s, which is no ASCII character', (text) => {
    expect(quote(text)).toBe(`'${text}'`);
  });

  it('refuses NUL bytes', () => {
    expect(() => quote('a\0b')).toThrow(ValueError);
  });

  it('refuses what is not a string', () => {
    expect(() => quote(5 as unknown as string)).toThrow(TypeError);
  });
});

describe('shlex.join', () => {
  it('separates quoted arguments by a space', () => {
    expect(join(['echo', '-n', 'Multiple words', ''])).toBe("echo -n 'Multiple words' ''");
  });

  it('makes nothing of no arguments', () => {
    expect(join([])).toBe('');
  });

  it('refuses a string, which is a sequence of characters too', () => {
    expect(() => join('abc' as unknown as string[])).toThrow(TypeError);
  });

  it('refuses an array with a hole', () => {
    expect(() => join(new Array<string>(1))).toThrow(TypeError);
  });
});

describe('shlex.split', () => {
  it.each<[string, string[]]>([
    ['', []],
    [' \t\r\n', []],
    ['a  b\tc\rd\ne', ['a', 'b', 'c', 'd', 'e']],
    ["''", ['']],
    [`a '' "" b`, ['a', '', '', 'b']],
    [`a'b'"c"d`, ['abcd']],
    [`'a\\b' "c'd" 'e"f'`, ['a\\b', "c'd", 'e"f']],
    ['a\\ b \\\\ \\n', ['a b', '\\', 'n']],
    ['"\\" \\\\ \\$ \\n"', ['" \\ \\$ \\n']],
    ['a\\\nb "c\\\nd"', ['a\nb', 'c\\\nd']],
    ['a|b > c; $d *', ['a|b', '>', 'c;', '$d', '*']],
    ['a\u00a0b\u2003c\fd\ve', ['a\u00a0b\u2003c\fd\ve']],
    ['a # b', ['a', '#', 'b']],
  ])('splits %j', (text, words) => {
    expect(split(text)).toEqual(words);
  });

  it.each<[string, string[]]>([
    ['a # b\nc', ['a', 'c']],
    ['a#b c\nd', ['a', 'd']],
    ["''#b", ['']],
    [`'#' "#" \\#`, ['#', '#', '#']],
    ['#', []],
    [`a # it's \\`, ['a']],
  ])('drops the comments of %j', (text, words) => {
    expect(split(text, { comments: true })).toEqual(words);
  });

  it.each(["'", '"', `a"b'`, `'a\\`, '"a\\""b"'])('refuses the open quote of %j', (text) => {
    expect(() => split(text)).toThrow(new ValueError('No closing quotation'));
  });

  it.each(['\\', 'a \\', '"a\\', "''\\"])('refuses the last backslash of %j', (text) => {
    expect(() => split(text)).toThrow(new ValueError('No escaped character'));
  });

  it('refuses what is not a string', () => {
    expect(() => split(null as unknown as string)).toThrow(TypeError);
  });
});

describe('shlex', () => {
  it('is the three functions under one name', () => {
    expect(shlex).toEqual({ quote, join, split });
  });
});
