import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { machineCommands } from '../../src/compliance/commands.js';
import { decodeSteps, encodeSteps, patternBytes, step, type Step } from '../../src/compliance/step.js';

/** Runs steps with the interpreter, without anything of ours in between. */
function interpreted(steps: readonly Step[], input = ''): { stdout: string; stderr: string; status: number | null } {
  const { program, args } = machineCommands.steps(steps, ['one', 'two']);
  return spawnSync(program, args, { input, encoding: 'latin1' });
}

describe('decodeSteps', () => {
  it('returns the steps and the arguments behind them', () => {
    const steps = [step.write('x'), step.fork([1], step.exit(3))];
    expect(decodeSteps(['-e', 'source', '--', encodeSteps(steps), 'one'])).toEqual({ steps, argv: ['one'] });
  });

  it('returns null for a child of somebody else', () => {
    expect(decodeSteps(['-e', 'source'])).toBeNull();
  });
});

describe('the interpreter', () => {
  it('writes text, bytes and patterns in the order of the steps', () => {
    const steps = [step.write('a'), step.bytes(Uint8Array.of(255)), step.pattern(300), step.write('b', 2)];
    const { stdout, stderr, status } = interpreted(steps);
    expect(Buffer.from(stdout, 'latin1')).toEqual(Buffer.concat([Buffer.of(97, 255), patternBytes(300)]));
    expect([stderr, status]).toEqual(['b', 0]);
  });

  it('reads lines, counts and copies', () => {
    const steps = [step.line(), step.upper(), step.read(2), step.count()];
    expect(interpreted(steps, 'skip\nup\nxy123').stdout).toBe('UP\ncount:3\n');
    expect(interpreted([step.read(1), step.cat()], 'abc').stdout).toBe('bc');
  });

  it('prints what it was given', () => {
    expect(interpreted([step.print('argv'), step.env('SUBWIRE_NO_SUCH')]).stdout).toBe('["one","two"]\nnull\n');
  });

  it('exits where a step says so, and not before', () => {
    expect(interpreted([step.write('x'), step.exit(7), step.write('y')])).toMatchObject({ stdout: 'x', status: 7 });
  });

  it('leaves a grandchild with the descriptors that were named', () => {
    expect(interpreted([step.fork([0, 1], step.count()), step.exit(0)], '12').stdout).toBe('count:2\n');
  });
});
