import { constants } from 'node:os';
import { step, type Step } from '@subwire/testing';

/** What a recorder does with a child, one after the other; `record.py` knows the same. */
export type Move =
  | readonly ['write', text: string]
  | readonly ['fill', bytes: number]
  | readonly ['close' | 'lost' | 'pause' | 'resume', fd: number]
  | readonly ['await', fd: number, text: string]
  | readonly ['signal', number: number]
  | readonly ['exited']
  | readonly ['end'];

/** What stands at one of the descriptors 0, 1 and 2. */
export type Place = 'pipe' | 'null' | 'stdout';

/** A child and what is done with it. */
export interface OracleProgram {
  readonly steps: readonly Step[];
  readonly moves?: readonly Move[];
  readonly stdio?: readonly [Place, Place, Place];
}

const { SIGHUP, SIGKILL, SIGTERM, SIGUSR2, SIGSTOP, SIGCONT } = constants.signals;
const MUCH = 4 * 2 ** 20;

/** By what they show. */
export const oraclePrograms: Readonly<Record<string, OracleProgram>> = {
  'an exit code': { steps: [step.exit(7)] },
  'output on both descriptors': { steps: [step.write('out'), step.write('err', 2)] },
  'no pipes': { steps: [step.exit(3)], stdio: ['null', 'null', 'null'] },
  'merged output': { steps: [step.write('a'), step.write('b', 2), step.write('c')], stdio: ['pipe', 'pipe', 'stdout'] },
  'an echo': {
    steps: [step.cat()],
    moves: [
      ['write', 'hello'],
      ['await', 1, 'hello'],
      ['write', ' world'],
      ['close', 0],
    ],
  },
  'the end of an input': { steps: [step.count()], moves: [['close', 0]] },
  'a child that closes its output and lives': {
    steps: [step.write('bye'), step.close(1), step.forever()],
    moves: [
      ['lost', 1],
      ['signal', SIGKILL],
    ],
  },
  'a child that closes its input and lives': {
    steps: [step.close(0), step.forever()],
    moves: [
      ['lost', 0],
      ['signal', SIGTERM],
    ],
  },
  'an input that nobody read': {
    steps: [step.line(), step.exit(0)],
    moves: [
      ['write', '\n'],
      ['fill', MUCH],
    ],
  },
  'an input that is read slowly': {
    steps: [step.count()],
    moves: [
      ['fill', MUCH],
      ['close', 0],
    ],
  },
  'a signal that is handled': {
    steps: [step.trap('SIGUSR2', 'report'), step.write('ready'), step.forever()],
    moves: [
      ['await', 1, 'ready'],
      ['signal', SIGUSR2],
      ['await', 1, 'SIGUSR2'],
      ['signal', SIGHUP],
    ],
  },
  'a stop and a continue': {
    steps: [step.write('ready'), step.upper()],
    moves: [
      ['await', 1, 'ready'],
      ['signal', SIGSTOP],
      ['write', 'go\n'],
      ['signal', SIGCONT],
    ],
  },
  'a close of the transport': {
    steps: [step.write('ready'), step.forever()],
    moves: [['await', 1, 'ready'], ['end']],
  },
  'an output that we close': {
    steps: [step.line(), step.flood(1, 2)],
    moves: [
      ['close', 1],
      ['lost', 1],
      ['write', '\n'],
    ],
  },
  'a paused output': {
    steps: [step.line(), step.write('late'), step.write('there', 2), step.exit(0)],
    moves: [['pause', 1], ['write', '\n'], ['await', 2, 'there'], ['exited'], ['resume', 1]],
  },
  'an output that a descendant holds': {
    steps: [step.fork([0, 1], step.count()), step.exit(5)],
    moves: [['exited'], ['write', 'abc'], ['close', 0]],
  },
};
