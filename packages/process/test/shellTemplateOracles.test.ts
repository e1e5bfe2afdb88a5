/** `shellCommand` against real shells: a value never runs, wherever the template puts it. One process per shell. */
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { ValueError } from '@subwire/transport';
import fc from 'fast-check';
import { shellCommand } from '../src/shell/shellTemplate.js';

/** What opens, closes and escapes, with nothing in it that could write a file or call itself. */
const code = fc
  .array(
    fc.constantFrom(
      ...["'", '"', '"', '\\', '\n', '\\\n', '#', ' ', ' ', ' x', '=', ';', '|', '&&', '$', '$x', '$#', '$$', '{'],
      ...['$(', '$(', '"$(', ')"', ')', '))', '$((', '((', '${x:-', '${x#', '}', '`', '<<', '<<<', '<', '\\"', "$'"],
      ...['case x in x)', ';; esac', ' case ', ' in ', '1', ': ', '! ', 'if : ; then ', ' fi ', 'EOF', '\nEOF\n'],
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''));

/** Runs where it is taken for code in any of the states. */
const RUNS = ['$(printf RAN >&3)', '`printf RAN >&3`', 'printf RAN >&3'];
const hostile = fc
  .tuple(
    fc.constantFrom('', "'", '"', '\\', ')', '}', '`', '"\'', '\n', '\nEOF\n'),
    fc.constantFrom('', ';', '\n', '|'),
  )
  .chain(([closing, separator]) =>
    fc.constantFrom(...RUNS.flatMap((runs) => [`${closing}${separator}${runs}`, `${closing}${separator}${runs}\n#`])),
  );

function templateOf(...literals: string[]): TemplateStringsArray {
  return Object.assign(literals, { raw: literals });
}

/** Returns the command, `null` where the template is refused. */
function commandOf([before, value, after]: readonly [string, string, string]): string | null {
  try {
    return shellCommand(templateOf(before, after), value);
  } catch (thrown) {
    if (thrown instanceof ValueError) {
      return null;
    }
    throw thrown;
  }
}

const shells = ['/bin/sh', '/bin/bash'].filter((shell) => spawnSync(shell, ['-c', ':']).status === 0);

describe('shellCommand', () => {
  it.each(shells)('lets no value run in %s, whatever the template', (shell) => {
    const samples = fc.sample(fc.tuple(code, hostile, code), 1_500);
    const commands = samples.map(commandOf).filter((command) => command !== null);
    expect(commands.length).toBeGreaterThan(200);
    const script = 'for c; do printf "%s" "|" >&3; (eval "$c") </dev/null >/dev/null 2>&1; done';
    const { output, status } = spawnSync(shell, ['-c', script, 'sh', ...commands], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      cwd: tmpdir(),
      env: { PATH: '/nonexistent' },
      timeout: 14_000,
    });
    expect({ status: typeof status, stderr: output[2] }).toEqual({ status: 'number', stderr: '' });
    const [, ...marks] = (output[3] ?? '').split('|');
    expect(marks).toHaveLength(commands.length);
    expect(commands.filter((_command, index) => marks[index] !== '')).toEqual([]);
  });

  it('gives the shell each value as exactly the text it is', () => {
    const samples = fc.sample(
      fc.array(
        fc.string().map((text) => text.replaceAll('\0', '')),
        { minLength: 1 },
      ),
      500,
    );
    const script = samples.map(
      (args) => shellCommand`set -- ${args}
      printf '%s\\0' "$#" "$(printf %sx ${args[0] ?? ''})" pre${args[0] ?? ''}post "$@"\n`,
    );
    const { stdout } = spawnSync('/bin/sh', ['-s'], { input: script.join(''), encoding: 'utf8' });
    const expected = samples.flatMap((args) => [
      String(args.length),
      `${args[0] ?? ''}x`,
      `pre${args[0] ?? ''}post`,
      ...args,
    ]);
    expect(stdout.split('\0')).toEqual([...expected, '']);
  });
});
