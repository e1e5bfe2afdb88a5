/** A polluted `Object.prototype` changes nothing. F93. */
import { describe, expect, it } from '@jest/globals';
import { DEVNULL, PIPE } from '@subwire/transport';
import { createSubprocessExec, run, runMany, shell } from '../src/index.js';
import { node, sh, utf8 } from './helpers/children.js';
import { withPollution } from './helpers/pollution.js';

const ABORTED = AbortSignal.abort(new Error('from the prototype'));

/** Every option of every layer, each with a value that could not go unnoticed. */
const POLLUTION = {
  append: '/no/such/file',
  backend: null,
  check: true,
  concurrency: 0,
  cwd: '/no/such/directory',
  defaults: { cwd: '/no/such/directory' },
  drainGraceMs: -1,
  encoding: 'klingon',
  env: { POLLUTED: 'yes' },
  executable: '/no/such/program',
  extraFds: { 3: PIPE },
  fd: 987,
  graceMs: -1,
  input: 'polluted',
  limit: 0,
  maxBytes: 0,
  onBytes: () => {
    throw new Error('polluted');
  },
  onProgress: () => {
    throw new Error('polluted');
  },
  overflow: 'polluted',
  program: '/no/such/program',
  shell: 'exit 66',
  signal: ABORTED,
  stderr: DEVNULL,
  stdin: '/no/such/file',
  stdout: DEVNULL,
  stopGraceMs: -1,
  stopOnError: false,
  timeoutMs: 0,
  NODE_OPTIONS: '--title=polluted',
};

describe('with a polluted prototype', () => {
  it.each(Object.keys(POLLUTION))('%s: run captures, runs and returns as ever', async (name) => {
    const pollution = { [name]: POLLUTION[name as keyof typeof POLLUTION] };
    const results = await withPollution(pollution, () =>
      Promise.all([
        run(...sh('cat; echo out; exit 3')),
        run('true', [], {}),
        shell('echo shell'),
        runMany([{ program: 'echo', args: ['many'] }]),
      ]),
    );
    const [first, second, third, many] = results;
    expect([utf8(first.stdout), first.returncode, second.returncode]).toEqual(['out\n', 3, 0]);
    expect(utf8(third.stdout)).toBe('shell\n');
    expect(many.map((result) => utf8(result.stdout))).toEqual(['many\n']);
  });

  it('a child is created, talked to, waited for and stopped as ever', async () => {
    await withPollution(POLLUTION, async () => {
      const proc = await createSubprocessExec('cat', [], { stdin: PIPE, stdout: PIPE });
      const [stdout] = await proc.communicate('hello', {});
      expect(utf8(stdout)).toBe('hello');
      expect(await proc.wait({})).toBe(0);
      const other = await createSubprocessExec('sleep', ['60']);
      expect(await other.stop({})).toEqual({ returncode: -15, escalated: false });
    });
  });

  it('files stay files', async () => {
    await withPollution({ fd: 1, append: '/no/such/file' }, async () => {
      const result = await run('cat', [], { stdin: new URL('file:///dev/null'), stdout: new URL('file:///dev/null') });
      expect(result).toMatchObject({ returncode: 0, stdout: null });
    });
  });

  it('nothing of it reaches the child’s environment', async () => {
    const script = 'console.log(process.title, process.env.POLLUTED)';
    const result = await withPollution({ ...POLLUTION, POLLUTED: 'yes' }, () =>
      run(...node(script), { env: { PATH: '/usr/bin' }, encoding: 'utf8' }),
    );
    expect(result.stdout).not.toContain('polluted');
    expect(result.stdout).toContain('undefined');
  });
});
