import { deepEqual, equal } from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PIPE, STDOUT, type SubprocessExecOptions } from '@subwire/transport';
import type { CaseContext } from '../caseContext.js';
import type { RequirementTable } from '../complianceCase.js';
import { Recorder } from '../recorder.js';
import { step } from '../step.js';

/** What some systems put into every environment. */
const SYSTEM_NAMES: ReadonlySet<string> = new Set(['__CF_USER_TEXT_ENCODING']);

async function environmentOf(c: CaseContext, options: SubprocessExecOptions): Promise<Record<string, string>> {
  const child = await c.start([step.print('environment')], options);
  await child.ended();
  const all = Object.entries(JSON.parse(child.text(1)) as Record<string, string>);
  return Object.fromEntries(all.filter(([name]) => !SYSTEM_NAMES.has(name)));
}

function emptyDirectory(c: CaseContext): string {
  const directory = mkdtempSync(join(realpathSync(tmpdir()), 'subwire-compliance-'));
  c.onCleanup(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** The child's environment and directory. */
export const environment: RequirementTable = {
  'environment.complete': {
    behavior: 'env is the whole environment: nothing of ours is added',
    source: 'uvloop test_process_env_1',
    async run(c) {
      deepEqual(await environmentOf(c, { env: { ONE: '1', TWO: '2' } }), { ONE: '1', TWO: '2' });
    },
  },
  'environment.empty': {
    behavior: 'An empty env is an empty environment',
    source: 'uvloop test_process_env_2',
    async run(c) {
      deepEqual(await environmentOf(c, { env: {} }), {});
    },
  },
  'environment.ours': {
    behavior: 'Without env the child gets our environment as it is at that moment',
    source: 'test_create_subprocess_env_exec',
    async run(c) {
      process.env['SUBWIRE_COMPLIANCE'] = 'ours';
      c.onCleanup(() => {
        delete process.env['SUBWIRE_COMPLIANCE'];
      });
      const child = await c.start([step.env('SUBWIRE_COMPLIANCE')]);
      await child.ended();
      equal(child.text(1), '"ours"\n');
    },
  },
  'environment.values': {
    behavior: 'Values arrive as they are: empty, with "=", line breaks and any script',
    source: 'F92',
    async run(c) {
      const env = { EMPTY: '', EQUALS: 'a=b=', LINES: 'a\nb', TEXT: 'тест 🎈', LONG: 'x'.repeat(50_000) };
      deepEqual(await environmentOf(c, { env }), env);
    },
  },
  'environment.names': {
    behavior: 'Variables of any name arrive, also with stderr: STDOUT',
    source: 'execve(2)',
    async run(c) {
      const env = { 'a.b': '1', 'a-b': '2', 'a//b:c': '3', 'BASH_FUNC_a%%': '() { :; }', '1st': '4', PWD: '/stale' };
      for (const stderr of [PIPE, STDOUT] as const) {
        deepEqual(await environmentOf(c, { env, stderr }), env);
      }
    },
  },
  'environment.undefined': {
    behavior: 'A name whose value is undefined is left out',
    source: 'design §3 decision 12',
    async run(c) {
      deepEqual(await environmentOf(c, { env: { HERE: 'x', GONE: undefined } }), { HERE: 'x' });
    },
  },
  'environment.own-names': {
    behavior: 'What env has from its prototype does not reach the child',
    source: 'F93',
    async run(c) {
      const env = Object.assign(Object.create({ INHERITED: 'x' }) as Record<string, string>, { OWN: 'y' });
      deepEqual(await environmentOf(c, { env }), { OWN: 'y' });
    },
  },
  'environment.own-options': {
    behavior: 'What the options have from their prototype has no effect',
    source: 'F93',
    async run(c) {
      const options = Object.create({ env: { POLLUTED: 'x' }, startNewSession: true }) as SubprocessExecOptions;
      const recorder = new Recorder();
      const { program, args } = c.subject.commands.steps([step.env('POLLUTED')]);
      await c.subject.exec(() => c.track(recorder), program, args, options);
      await recorder.ended();
      equal(recorder.text(1), 'null\n');
    },
  },
  'environment.path': {
    behavior: 'A name is looked up in the PATH that the child gets',
    source: 'F91',
    async run(c) {
      const { program, args, directory } = c.located([step.write('found')]);
      const child = await c.execWith(new Recorder(), program, args, { env: { PATH: `/nowhere:${directory}` } });
      await child.ended();
      equal(child.text(1), 'found');
    },
  },
  'environment.relative-program': {
    behavior: 'A relative program path is relative to the child’s directory',
    source: 'semantics §2.1',
    async run(c) {
      const { program, args, directory } = c.located([step.write('found')]);
      const child = await c.execWith(new Recorder(), `./${program}`, args, { cwd: directory });
      await child.ended();
      equal(child.text(1), 'found');
    },
  },
  'environment.directory': {
    behavior: 'The child starts in cwd',
    source: 'uvloop test_process_cwd_1',
    async run(c) {
      const cwd = emptyDirectory(c);
      const child = await c.start([step.print('cwd')], { cwd });
      await child.ended();
      equal(child.text(1), `${cwd}\n`);
    },
  },
  'environment.directory-url': {
    behavior: 'cwd can be a file URL',
    source: 'uvloop test_process_cwd_2',
    async run(c) {
      const cwd = emptyDirectory(c);
      const child = await c.start([step.print('cwd')], { cwd: pathToFileURL(cwd) });
      await child.ended();
      equal(child.text(1), `${cwd}\n`);
    },
  },
  'environment.our-directory': {
    behavior: 'Without cwd the child starts in our directory',
    source: 'semantics §2.4',
    async run(c) {
      const child = await c.start([step.print('cwd')]);
      await child.ended();
      equal(child.text(1), `${process.cwd()}\n`);
    },
  },
};
