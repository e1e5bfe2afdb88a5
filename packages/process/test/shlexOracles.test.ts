/** `shlex` against a real shell and against Python. Every oracle is one process that gets all samples at once. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { join, quote, split } from '../src/shell/shlex.js';

/** Text in which every second character means something to a shell. */
const shellText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...' \t\r\n\'"\\#$`!*?[]{}()<>|&;~=%^-'),
      fc.constantFrom(...'abn019_é名🙂\u00a0'),
      fc.string(),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join('').replaceAll('\0', ''));

/** Text of little but quotes, so that many samples are well-formed. */
const quotesText = fc
  .array(fc.constantFrom(...'\'\'""\\\\##\n  ab'), { maxLength: 16 })
  .map((pieces) => pieces.join(''));

describe('shlex.split after shlex.join', () => {
  it('returns the arguments', () => {
    fc.assert(
      fc.property(fc.array(shellText), (args) => {
        expect(split(join(args))).toEqual(args);
      }),
      { numRuns: 1_000 },
    );
  });

  it('returns them also where comments are dropped', () => {
    fc.assert(
      fc.property(fc.array(shellText), (args) => {
        expect(split(join(args), { comments: true })).toEqual(args);
      }),
    );
  });
});

describe('shlex and /bin/sh', () => {
  it('agree on what a joined command line means', () => {
    const samples = fc.sample(fc.array(shellText, { minLength: 1, maxLength: 5 }), 1_000);
    const script = samples.map((args) => `set -- ${join(args)}\nprintf '%s\\0' "$#" "$@"\n`).join('');
    const { status, stdout, stderr } = spawnSync('/bin/sh', ['-s'], { input: script, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const seen = stdout.split('\0');
    for (const args of samples) {
      expect(seen.splice(0, args.length + 1)).toEqual([String(args.length), ...args]);
    }
    expect(seen).toEqual(['']);
  });
});

const PYTHON = `
import json, shlex, sys

def outcome(function, *arguments, **options):
    try:
        return function(*arguments, **options)
    except ValueError as error:
        return {"error": str(error)}

print(json.dumps([
    [shlex.quote(text), outcome(shlex.split, text), outcome(shlex.split, text, comments=True)]
    for text in json.load(sys.stdin)
]))
`;

function outcome(text: string, comments: boolean): string[] | { error: string } {
  try {
    return split(text, { comments });
  } catch (thrown) {
    return { error: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

const hasPython = spawnSync('python3', ['-c', 'import json, shlex']).status === 0;

describe('shlex and the shlex of Python', () => {
  (hasPython ? it : it.skip)(`agree on quoting and splitting${hasPython ? '' : ' (skipped: no python3 here)'}`, () => {
    const samples = fc.sample(fc.oneof(shellText, quotesText), 3_000);
    const { stdout, stderr } = spawnSync('python3', ['-c', PYTHON], {
      input: JSON.stringify(samples),
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const theirs = JSON.parse(stdout) as unknown[];
    const ours = samples.map((text) => [quote(text), outcome(text, false), outcome(text, true)]);
    for (const [index, text] of samples.entries()) {
      expect({ text, result: ours[index] }).toEqual({ text, result: theirs[index] });
    }
  });
});
