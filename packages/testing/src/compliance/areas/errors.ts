import { deepEqual, equal, ok } from 'node:assert/strict';
import { closeSync, fstatSync, openSync, readdirSync } from 'node:fs';
import { STDOUT, SpawnError, type SubprocessExecOptions } from '@subwire/transport';
import { BROKEN_COMMANDS, type BrokenKind } from '../commands.js';
import type { CaseContext } from '../caseContext.js';
import type { Requirement, RequirementTable } from '../complianceCase.js';
import { Recorder } from '../recorder.js';
import { step } from '../step.js';
import { rejection } from '../waiting.js';

/** Starts what cannot be started; returns the error, and what the protocol heard. */
async function failure(c: CaseContext, kind: BrokenKind): Promise<{ error: SpawnError; recorder: Recorder }> {
  const { program, args, cwd } = c.broken(kind);
  const recorder = new Recorder();
  const error = await rejection(c.execWith(recorder, program, args, cwd === undefined ? {} : { cwd }));
  ok(error instanceof SpawnError, `expected a SpawnError, got ${String(error)}`);
  return { error, recorder };
}

function brokenStart(kind: BrokenKind, behavior: string, source: string): Requirement {
  return {
    behavior,
    source,
    async run(c) {
      const { error } = await failure(c, kind);
      const { code, stage } = BROKEN_COMMANDS[kind];
      deepEqual({ code: error.code, stage: error.stage }, { code, stage });
    },
  };
}

/** Expects a refusal before anything is started. */
async function refused(
  c: CaseContext,
  name: 'TypeError' | 'ValueError',
  options: SubprocessExecOptions,
  argv: readonly string[] = [],
  program?: string,
): Promise<void> {
  const recorder = new Recorder();
  const command = c.subject.commands.steps([], argv);
  const error = await rejection(c.execWith(recorder, program ?? command.program, command.args, options));
  equal(error.name, name);
  deepEqual(recorder.lines, []);
}

function openFds(): number {
  return readdirSync('/dev/fd').length;
}

/** Creation that fails. */
export const errors: RequirementTable = {
  'errors.missing-file': brokenStart('missing-file', 'A program file that does not exist is ENOENT', 'F1'),
  'errors.missing-name': brokenStart('missing-name', 'A name that is not in the PATH is ENOENT of the lookup', 'F1'),
  'errors.not-executable': brokenStart('not-executable', 'A file without the right to execute it is EACCES', 'F11'),
  'errors.directory': brokenStart('directory', 'A directory as program is EACCES', 'F11'),
  'errors.missing-interpreter': brokenStart('missing-interpreter', 'A script without its interpreter is ENOENT', 'F2'),
  'errors.crlf-interpreter': brokenStart('crlf-interpreter', 'A "\\r" after the interpreter is part of its name', 'F2'),
  'errors.plain-interpreter': brokenStart(
    'plain-interpreter',
    'An interpreter that is not executable is EACCES',
    'F11',
  ),
  'errors.text-interpreter': brokenStart(
    'text-interpreter',
    'An interpreter that is text without "#!" is ENOEXEC',
    'F3',
  ),
  'errors.no-interpreter': brokenStart('no-interpreter', 'Executable text without "#!" is ENOEXEC', 'decision 6'),
  'errors.missing-cwd': brokenStart('missing-cwd', 'A directory that does not exist is ENOENT of the directory', 'F1'),
  'errors.cwd-is-file': brokenStart('cwd-is-file', 'A file as directory is ENOTDIR of the directory', 'F4'),
  'errors.argument-too-long': brokenStart('argument-too-long', 'Too long an argument is E2BIG, by rejection', 'F5'),
  'errors.path': {
    behavior: 'The error names the program as it was given, and the file or directory that is to blame',
    source: 'decision 10',
    async run(c) {
      const interpreters: BrokenKind[] = [
        'missing-interpreter',
        'crlf-interpreter',
        'plain-interpreter',
        'text-interpreter',
      ];
      for (const kind of ['missing-file', 'missing-cwd', ...interpreters] as const) {
        const { program, args, cwd, path } = c.broken(kind);
        const error = await rejection(c.execWith(new Recorder(), program, args, cwd === undefined ? {} : { cwd }));
        ok(error instanceof SpawnError);
        deepEqual({ program: error.program, path: error.path }, { program, path });
      }
    },
  },
  'errors.stack': {
    behavior: 'The stack of the error leads to the function that awaits the creation',
    source: 'decision 10',
    async run(c) {
      for (const kind of ['missing-file', 'missing-name', 'no-interpreter', 'argument-too-long'] as const) {
        const { program, args } = c.broken(kind);
        const caller = async function waitingCaller(): Promise<void> {
          await c.execWith(new Recorder(), program, args);
        };
        const error = await rejection(caller());
        ok(error.stack?.includes('waitingCaller'), error.stack);
      }
    },
  },
  'errors.too-long-named': {
    behavior: 'E2BIG names the argument or the variable and its length, and shows no text of it',
    source: 'decision 10',
    async run(c) {
      const { program } = c.subject.commands.steps([]);
      const long = `SECRET${'x'.repeat(2 ** 21)}`;
      const argument = await rejection(c.execWith(new Recorder(), program, ['a', long]));
      const variable = await rejection(c.execWith(new Recorder(), program, [], { env: { LONG: long } }));
      for (const { message } of [argument, variable]) {
        ok(/\d{7}/.test(message) && !message.includes('SECRET'), message);
      }
    },
  },
  'errors.no-callbacks': {
    behavior: 'No callback is made for a child that never started',
    source: 'semantics §2.5',
    async run(c) {
      const { recorder } = await failure(c, 'missing-file');
      await c.quiet();
      deepEqual(recorder.lines, []);
    },
  },
  'errors.no-secrets': {
    behavior: 'Arguments and environment stand nowhere in the error',
    source: 'decision 10',
    async run(c) {
      const { program } = c.broken('missing-file');
      const options = { env: { TOKEN: 'hunter2' } };
      const error = await rejection(c.execWith(new Recorder(), program, ['--password=hunter2'], options));
      const all = [error, error.cause].map((one) => `${String(one)} ${JSON.stringify(one)}`).join(' ');
      ok(!all.includes('hunter2'), all);
    },
  },
  'errors.no-descriptors': {
    behavior: 'Failed creations leave no descriptor open',
    source: 'uvloop test_subprocess_fd_leak_1',
    async run(c) {
      const kinds: BrokenKind[] = ['missing-file', 'missing-cwd', 'no-interpreter', 'argument-too-long'];
      const counts: number[] = [];
      // What a backend opens for good, with its first child, is there after the first round.
      for (let round = 0; round < 2; round += 1) {
        await Promise.all(kinds.map((kind) => failure(c, kind)));
        await c.quiet();
        counts.push(openFds());
      }
      equal(counts[1], counts[0]);
    },
  },
  'errors.callers-descriptors': {
    behavior: 'Descriptors that the caller gave stay open when the creation fails',
    source: 'semantics App. E 8',
    requires: ['descriptors'],
    async run(c) {
      const fd = openSync('/dev/null', 'r+');
      c.onCleanup(() => {
        closeSync(fd);
      });
      const { program } = c.broken('missing-file');
      await rejection(c.execWith(new Recorder(), program, [], { stdin: fd, stdout: fd }));
      ok(fstatSync(fd).isCharacterDevice());
    },
  },
  'errors.closed-descriptor': {
    behavior: 'A descriptor that is not open is EBADF of the stdio',
    source: 'uvloop test_subprocess_invalid_stdin',
    requires: ['descriptors'],
    async run(c) {
      const error = await rejection(c.start([], { stdin: 999 }));
      ok(error instanceof SpawnError, String(error));
      deepEqual({ code: error.code, stage: error.stage }, { code: 'EBADF', stage: 'stdio' });
    },
  },
  'errors.nul-program': {
    behavior: 'A NUL byte in the program is refused',
    source: 'F12',
    run: (c) => refused(c, 'ValueError', {}, [], 'a\0b'),
  },
  'errors.nul-argument': {
    behavior: 'A NUL byte in an argument is refused',
    source: 'F12',
    run: (c) => refused(c, 'ValueError', {}, ['a\0b']),
  },
  'errors.nul-environment': {
    behavior: 'A NUL byte in the environment is refused, in names and in values',
    source: 'F12',
    async run(c) {
      await refused(c, 'ValueError', { env: { A: 'a\0b' } });
      await refused(c, 'ValueError', { env: { 'A\0': 'b' } });
    },
  },
  'errors.environment-names': {
    behavior: 'An empty environment name, or one with "=", is refused',
    source: 'decision 12',
    async run(c) {
      await refused(c, 'ValueError', { env: { '': 'x' } });
      await refused(c, 'ValueError', { env: { 'A=B': 'x' } });
    },
  },
  'errors.wrong-types': {
    behavior: 'Arguments and environment values that are not text are refused',
    source: 'test_subprocess_exec_invalid_args',
    async run(c) {
      await refused(c, 'TypeError', {}, [1 as unknown as string]);
      await refused(c, 'TypeError', { env: { A: 1 as unknown as string } });
      await refused(c, 'TypeError', { stdin: 'pipe' as unknown as number });
    },
  },
  'errors.unknown-option': {
    behavior: 'An option that does not exist is refused',
    source: 'semantics §2.2',
    run: (c) => refused(c, 'TypeError', { universalNewlines: true } as SubprocessExecOptions),
  },
  'errors.misplaced-stdout': {
    behavior: 'STDOUT is refused anywhere but at stderr',
    source: 'semantics §2.2',
    async run(c) {
      await refused(c, 'ValueError', { stdin: STDOUT });
      await refused(c, 'ValueError', { stdout: STDOUT });
    },
  },
  'errors.incomplete-protocol': {
    behavior: 'A protocol without one of the callbacks is refused before anything is started',
    source: 'style §4.13',
    async run(c) {
      const { program, args } = c.subject.commands.steps([step.forever()]);
      const error = await rejection(c.subject.exec(() => ({}) as Recorder, program, args));
      equal(error.name, 'TypeError');
    },
  },
};
