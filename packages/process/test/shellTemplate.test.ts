import { describe, expect, it } from '@jest/globals';
import { ValueError } from '@subwire/transport';
import { shellCommand, unquoted, type ShellValue } from '../src/shell/shellTemplate.js';

const value = 'a b';

describe('shellCommand', () => {
  it('quotes every value where that is needed', () => {
    const ref = 'main';
    const paths = ['src', 'my file', "it's"];
    expect(shellCommand`git log ${ref} -- ${paths} -n ${5}`).toBe(`git log main -- src 'my file' 'it'"'"'s' -n 5`);
  });

  it('takes strings, numbers, bigints and arrays of them', () => {
    expect(shellCommand`x ${''} ${-1.5} ${10n} ${['', 2, 3n]}`).toBe("x '' -1.5 10 '' 2 3");
  });

  it('makes nothing of an empty array', () => {
    expect(shellCommand`x ${[]} y`).toBe('x  y');
  });

  it('returns the literal parts in their cooked form', () => {
    expect(shellCommand`a\tb "\\"" \${HOME} \`date\` # it's`).toBe('a\tb "\\"" ${HOME} `date` # it\'s');
  });

  it('inserts unquoted text as it is, also inside quotes and arrays', () => {
    expect(shellCommand`a "${unquoted('$b')}" ${unquoted('| c')} ${[unquoted('*'), '*']}`).toBe(`a "$b" | c * '*'`);
  });

  it('follows the quotes that unquoted text opens', () => {
    expect(() => shellCommand`a ${unquoted('"')} ${value}`).toThrow(/interpolation 2 stands inside double quotes/);
    expect(() => shellCommand`a ${[unquoted("'"), value]}`).toThrow(
      /element 2 of interpolation 1 stands inside single/,
    );
    expect(shellCommand`a "${unquoted('"')} ${value}`).toBe(`a "" 'a b'`);
  });

  it.each<[string, () => string, string]>([
    ['a variable name before it', () => shellCommand`echo $x${'y'}`, "echo $x'y'"],
    ['a tilde before it', () => shellCommand`ls ~${'root'}`, "ls ~'root'"],
    ['a brace before it', () => shellCommand`echo {a,${'b,c'}}`, "echo {a,'b,c'}"],
    ['an assignment', () => shellCommand`${'PATH=x'} y`, "'PATH=x' y"],
    ['a reserved word', () => shellCommand`${'if'} y`, "'if' y"],
    ['a descriptor', () => shellCommand`echo ${2}>f ${['a', 3]}< g`, "echo '2'>f a '3'< g"],
    ['a descriptor with more digits', () => shellCommand`echo 1${2}${unquoted('>f')}`, "echo '12'>f"],
  ])('quotes a plain value that would become part of %s', (_what, make, expected) => {
    expect(make()).toBe(expected);
  });

  it.each<[string, () => string, string]>([
    ['as part of a word', () => shellCommand`x --a=${value}/b`, "x --a='a b'/b"],
    ['as part of an option with a plain value', () => shellCommand`x --a=${'b=c'}`, 'x --a=b=c'],
    ['after closed quotes', () => shellCommand`x "a'b" 'c"d' ${value}`, `x "a'b" 'c"d' 'a b'`],
    ['glued to closed quotes', () => shellCommand`x "$HOME"/${value}`, `x "$HOME"/'a b'`],
    ['after an escaped quote', () => shellCommand`x \\" \\' ${value}`, `x \\" \\' 'a b'`],
    ['after an escaped dollar', () => shellCommand`x \\$${value}`, `x \\$'a b'`],
    ['after a number sign within a word', () => shellCommand`x a#b $# ${value}`, `x a#b $# 'a b'`],
    ['after a comment', () => shellCommand`x # it's\n${value}`, `x # it's\n'a b'`],
    ['after a process id', () => shellCommand`x $$${value}`, `x $$'a b'`],
    ['in a substitution', () => shellCommand`x $(y ${value})`, `x $(y 'a b')`],
    ['in a quoted substitution', () => shellCommand`x "$(y "z" ${value})"`, `x "$(y "z" 'a b')"`],
    [
      'after a substitution',
      () => shellCommand`x "\${y:-z}" \`date\` $((1 + (2))) ${value}`,
      `x "\${y:-z}" \`date\` $((1 + (2))) 'a b'`,
    ],
    [
      'in a subshell and a case',
      () => shellCommand`(case ${value} in a) x ${value};; esac)`,
      `(case 'a b' in a) x 'a b';; esac)`,
    ],
    ['after a shift in arithmetic', () => shellCommand`x $((1 << 2)) ${value}`, `x $((1 << 2)) 'a b'`],
    ['as the word of a here-string', () => shellCommand`x <<<${value}`, `x <<<'a b'`],
  ])('accepts a value %s', (_where, make, expected) => {
    expect(make()).toBe(expected);
  });

  it.each<[string, () => string, RegExp]>([
    [
      'double quotes',
      () => shellCommand`x "${value}"`,
      /interpolation 1 stands inside double quotes; remove the quotes/,
    ],
    ['double quotes, even an empty array', () => shellCommand`x "${[]}"`, /inside double quotes; remove the quotes/],
    ['double quotes after an escaped quote', () => shellCommand`x "\\"${value}"`, /inside double quotes/],
    [
      'single quotes',
      () => shellCommand`${1} '${value}'`,
      /interpolation 2 stands inside single quotes; remove the quotes/,
    ],
    ['single quotes after a backslash', () => shellCommand`'\\' '${value}'`, /inside single quotes/],
    ['quotes within a quoted substitution', () => shellCommand`"$(x "${value}")"`, /inside double quotes/],
    ['a comment', () => shellCommand`x # ${value}`, /inside a comment/],
    ['a comment after a joined line', () => shellCommand`x \\\n#${value}`, /inside a comment/],
    ['a comment after a subshell', () => shellCommand`(x)#${value}`, /inside a comment/],
    ['a comment after an empty array', () => shellCommand`${[]}# ${value}`, /inside a comment/],
    ['backticks', () => shellCommand`\`x ${value}\``, /inside backticks; use \$\(…\)/],
    ['a parameter expansion', () => shellCommand`\${x:-${value}}`, /inside \$\{…\}/],
    ['arithmetic', () => shellCommand`$((1 + ${2}))`, /inside arithmetic/],
    ['an arithmetic command', () => shellCommand`((x = ${2}))`, /inside arithmetic/],
    ['an escape', () => shellCommand`x \\${value}`, /directly after a backslash/],
    ['a variable name', () => shellCommand`x $${value}`, /directly after "\$"/],
    ['a here-document', () => shellCommand`cat <<EOF\n${value}\nEOF`, /comes after a here-document/],
    ['the unknown after a case in a substitution', () => shellCommand`"$(case x in a) ${value}`, /comes after "case"/],
    [
      'the unknown after a quote in a quoted expansion',
      () => shellCommand`"\${x#'}'}" ${value}`,
      /a quote in a quoted/,
    ],
    ['the unknown after an ANSI-C quote', () => shellCommand`$'it\\'s' ${value}`, /which shells read differently/],
    ['the unknown after a broken operator', () => shellCommand`$\\\n{x ${value}`, /broken over two lines/],
    ['the unknown after a quote in arithmetic', () => shellCommand`$((echo ')) ') ) ${value}`, /' in arithmetic/],
  ])('refuses a value inside %s', (_where, make, message) => {
    expect(make).toThrow(ValueError);
    expect(make).toThrow(message);
  });

  it.each<[unknown, string]>([
    [null, 'null'],
    [undefined, 'undefined'],
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
    [true, 'a value of type boolean'],
    [{ toString: () => 'x' }, 'a value of type object'],
    [Symbol('secret'), 'a value of type symbol'],
  ])('refuses %p, naming the position', (given, named) => {
    expect(() => shellCommand`x ${'y'} ${given as ShellValue}`).toThrow(
      new TypeError(`interpolation 2 must be a string, a finite number, a bigint or an array of those, not ${named}`),
    );
  });

  it('names the element of an array that it refuses', () => {
    const nested = ['a', ['b']] as unknown as ShellValue;
    expect(() => shellCommand`x ${nested}`).toThrow(/^element 2 of interpolation 1 must be .* not an array$/);
    const sparse = new Array<string>(1);
    expect(() => shellCommand`x ${sparse}`).toThrow(/^element 1 of interpolation 1 .* not undefined$/);
  });

  it('refuses NUL bytes, naming the position', () => {
    expect(() => shellCommand`x ${'y'} ${'a\0'}`).toThrow(new ValueError('interpolation 2 contains a NUL byte'));
    expect(() => unquoted('\0')).toThrow(ValueError);
  });

  it('refuses a literal part with an invalid escape', () => {
    const strings = Object.assign([undefined], { raw: ['\\u'] }) as unknown as TemplateStringsArray;
    expect(() => shellCommand(strings)).toThrow(/literal part 1 has an invalid escape/);
  });

  it('refuses to be called with a string', () => {
    expect(() => shellCommand('rm x' as unknown as TemplateStringsArray)).toThrow(/must be used as a template tag/);
  });

  it('takes only text for unquoted', () => {
    expect(() => unquoted(5 as unknown as string)).toThrow(TypeError);
  });
});
