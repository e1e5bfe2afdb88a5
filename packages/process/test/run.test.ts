/** `run` and `shell`: results, places of input and output, checks. */
import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEVNULL, PIPE, SpawnError, STDOUT, ValueError } from '@subwire/transport';
import { CalledProcessError, run, shell, type RunOptions } from '../src/index.js';
import { node, rejection, sh, utf8 } from './helpers/children.js';

describe('run', () => {
  it('returns everything about a child that has ended', async () => {
    const result = await run(...sh('echo out; echo err >&2; echo $$; exit 3', 'arg'));
    expect(result).toMatchObject({
      program: '/bin/sh',
      args: ['-c', 'echo out; echo err >&2; echo $$; exit 3', 'sh', 'arg'],
      returncode: 3,
      signal: null,
      truncated: { stdout: 0, stderr: 0 },
      timedOut: false,
      heldPipes: [],
    });
    expect(utf8(result.stdout)).toBe(`out\n${result.pid}\n`);
    expect(utf8(result.stderr)).toBe('err\n');
    expect(result.durationMs).toBeGreaterThan(0);
    expect(result.durationMs).toBeLessThan(10_000);
  });

  it('names the signal that killed the child', async () => {
    expect(await run(...sh('kill -TERM $$'))).toMatchObject({ returncode: -15, signal: 'SIGTERM' });
  });

  // F42
  it('gives the child an empty input by default', async () => {
    expect(utf8((await run('wc', ['-c'])).stdout).trim()).toBe('0');
  });

  it('decodes both outputs with an encoding', async () => {
    const result = await run(...sh('printf "gr\\303\\274n"; printf "\\303" >&2'), { encoding: 'utf8' });
    expect([result.stdout, result.stderr]).toEqual(['grün', '\ufffd']);
    expect((await run(...sh('printf "\\374"'), { encoding: 'latin1' })).stdout).toBe('ü');
  });

  it('refuses an unknown encoding before it starts anything', async () => {
    expect(await rejection(run('/no/such/program', [], { encoding: 'klingon' }))).toBeInstanceOf(ValueError);
  });

  it('rejects a return code other than 0 with check, and carries everything', async () => {
    const error = await rejection<CalledProcessError>(
      run(...sh('echo out; echo "no such file" >&2; exit 3'), { check: true, encoding: 'utf8' }),
    );
    expect(error).toBeInstanceOf(CalledProcessError);
    expect(error).toMatchObject({
      code: 'ERR_CALLED_PROCESS',
      returncode: 3,
      stdout: 'out\n',
      stderr: 'no such file\n',
    });
    expect(error.result).toMatchObject({ returncode: 3, timedOut: false });
    expect(error.message).toBe('"/bin/sh" exited with 3\nno such file');
    expect((await rejection(run(...sh('kill $$'), { check: true }))).message).toBe('"/bin/sh" was killed by signal 15');
    expect((await run('true', [], { check: true })).returncode).toBe(0);
  });

  it('passes the options of the layer below on', async () => {
    const result = await run(...sh('echo "$X"; pwd'), { env: { X: 'y' }, cwd: '/', encoding: 'utf8' });
    expect(result.stdout).toBe('y\n/\n');
  });

  it.each<[string, object]>([
    ['a misspelt option', { timeout: 5 }],
    ['input together with stdin', { input: 'x', stdin: DEVNULL }],
    ['a pipe that nobody would read', { extraFds: { 3: PIPE } }],
    ['a negative limit', { maxBytes: -1 }],
    ['an unknown policy', { overflow: 'ignore' }],
    ['a time limit that is no number', { timeoutMs: NaN }],
    ['a grace period that is no number', { stopGraceMs: NaN }],
    ['input that cannot be fed', { input: 5 }],
  ])('refuses %s, and starts nothing', async (_what, options) => {
    const error = await rejection(run('/no/such/program', [], options));
    expect(error instanceof TypeError || error instanceof ValueError).toBe(true);
  });

  it('rejects with the spawn error of a program that does not exist', async () => {
    expect(await rejection(run('no-such-program-here'))).toMatchObject({ code: 'ENOENT', stage: 'lookup' });
    expect(await rejection(run('true', [], { cwd: '/no/such' }))).toBeInstanceOf(SpawnError);
  });

  it('reports the length of each chunk', async () => {
    let sum = 0;
    await run(...sh('head -c 300000 /dev/zero; head -c 5 /dev/zero >&2'), { onBytes: (nbytes) => (sum += nbytes) });
    expect(sum).toBe(300_005);
  });

  it('ends the child when the receiver of lengths throws, and rejects with that', async () => {
    const thrown = new Error('not mine');
    const onBytes = (): void => {
      throw thrown;
    };
    expect(await rejection(run(...sh('echo x; exec sleep 60'), { onBytes, stopGraceMs: 50 }))).toBe(thrown);
  });
});

describe('shell', () => {
  it('runs a command line', async () => {
    const result = await shell('echo "$0" | tr a-z A-Z; exit 2', { encoding: 'utf8' });
    expect(result).toMatchObject({ program: '/bin/sh', returncode: 2 });
    expect(result.stdout).toContain('SH');
  });

  it('runs it with another shell', async () => {
    expect(await shell('echo ${BASH_VERSION:+yes}', { executable: '/bin/bash', encoding: 'utf8' })).toMatchObject({
      program: '/bin/bash',
      stdout: 'yes\n',
    });
  });
});

describe('places of run', () => {
  let directory: string;
  const at = (name: string): string => join(directory, name);
  const text = (name: string): Promise<string> => readFile(at(name), 'utf8');

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'subwire-run-'));
    await writeFile(at('input'), 'from a file');
  });

  afterAll(async () => {
    await rm(directory, { recursive: true });
  });

  it('can be files for the input: path, URL, FileHandle, descriptor', async () => {
    const handle = await open(at('input'));
    const other = await open(at('input'));
    try {
      const sources = [at('input'), pathToFileURL(at('input')), handle, other.fd];
      const results = await Promise.all(sources.map((stdin) => run('cat', [], { stdin, encoding: 'utf8' })));
      expect(results.map((result) => result.stdout)).toEqual(Array.from({ length: 4 }, () => 'from a file'));
      // Ours stay open.
      expect((await handle.stat()).size).toBe(11);
    } finally {
      await handle.close();
      await other.close();
    }
  });

  // test_stdin_stdout_file, test_stdin_stderr_file (uvloop)
  it('can be files for the outputs, which are emptied first; nothing is captured then', async () => {
    await writeFile(at('out'), 'old content that is longer');
    const result = await run(...sh('echo out; echo err >&2'), { stdout: at('out'), stderr: pathToFileURL(at('err')) });
    expect([result.stdout, result.stderr]).toEqual([null, null]);
    expect([await text('out'), await text('err')]).toEqual(['out\n', 'err\n']);
  });

  it('can be files to append to', async () => {
    await writeFile(at('log'), 'old\n');
    const places = { stdout: { append: at('log') }, stderr: { append: pathToFileURL(at('log')) } };
    await run(...sh('echo out; echo err >&2'), places);
    expect(await text('log')).toBe('old\nout\nerr\n');
  });

  it('can be the same file for both outputs, however it is named', async () => {
    await symlink(at('both'), at('link'));
    const names: [string, string | URL][] = [
      ['both', at('both')],
      ['both', pathToFileURL(at('both'))],
      ['both', join(directory, '.', 'x', '..', 'both')],
      ['both', at('link')],
    ];
    for (const [name, stderr] of names) {
      await run(...sh('echo 1; echo 2 >&2; echo 3; echo 4 >&2'), { stdout: at(name), stderr });
      expect(await text(name)).toBe('1\n2\n3\n4\n');
    }
  });

  it('can be stdout for stderr, captured in exact order', async () => {
    const result = await run(...sh('echo 1; echo 2 >&2; echo 3'), { stderr: STDOUT, encoding: 'utf8' });
    expect([result.stdout, result.stderr]).toEqual(['1\n2\n3\n', null]);
  });

  // F44
  it('can be swapped: stdout to the file of stderr and the other way round', async () => {
    const [one, two] = [await open(at('one'), 'w'), await open(at('two'), 'w')];
    try {
      await run(...sh('echo out; echo err >&2'), { stdout: two, stderr: one });
      expect([await text('one'), await text('two')]).toEqual(['err\n', 'out\n']);
      await run(...sh('echo again; echo both >&2'), { stdout: one.fd, stderr: one.fd });
      expect(await text('one')).toBe('err\nagain\nboth\n');
    } finally {
      await one.close();
      await two.close();
    }
  });

  // F41
  it('can be a full device, which the child notices', async () => {
    const script = 'try { require("fs").writeSync(1, "x") } catch (e) { process.exit(e.code === "ENOSPC" ? 28 : 1) }';
    expect(await run(...node(script), { stdout: '/dev/full' })).toMatchObject({ returncode: 28, stdout: null });
  });

  it('leave no file open if one of them cannot be opened, or the program is not there', async () => {
    expect(await rejection(run('true', [], { stdout: at('fine'), stderr: at('no/such') }))).toMatchObject({
      name: 'SpawnError',
      code: 'ENOENT',
      stage: 'stdio',
      path: at('no/such'),
    });
    expect(await rejection(run('no-such-program', [], { stdin: at('input'), stdout: at('fine') }))).toMatchObject({
      code: 'ENOENT',
      stage: 'lookup',
    });
    // The descriptors are counted by the guard of this test run.
  });

  it.each([
    ['pipe', 'PIPE'],
    ['overlapped', 'PIPE'],
    ['inherit', 'null'],
    ['ignore', 'DEVNULL'],
  ])('are not words: %j is refused, and the message says %s', async (word, instead) => {
    for (const place of ['stdin', 'stdout', 'stderr'] as const) {
      const options: RunOptions = { [place]: word };
      const error = await rejection<ValueError>(run('true', [], options));
      expect(error).toBeInstanceOf(ValueError);
      expect(error.message).toBe(`${place}: write ${instead}, or "./${word}" for a file of the name "${word}"`);
    }
    expect(existsSync(word)).toBe(false);
  });

  it('are files of any other name, also of one that is a word elsewhere', async () => {
    await run('echo', ['named'], { stdout: at('pipe'), stderr: { append: at('inherit') } });
    expect([await text('pipe'), await text('inherit')]).toEqual(['named\n', '']);
  });

  it('are not touched when the call is refused or aborted before', async () => {
    await writeFile(at('kept'), 'precious');
    const refused = [
      run('true', [], { stdout: at('kept'), timeoutMs: -1 }),
      run('true', [], { stdout: at('kept'), maxBytes: -1 }),
      run('true', [], { stdout: at('kept'), encoding: 'klingon' }),
      run('true', [], { stdout: at('kept'), signal: AbortSignal.abort() }),
    ];
    await Promise.all(refused.map((promise) => rejection(promise)));
    expect(await text('kept')).toBe('precious');
  });
});
