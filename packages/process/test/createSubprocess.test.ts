/** Creation: what is refused, what is cancelled, what reaches the child. X3, X4, X13, X16; F74, F77, F78. */
import { chmod, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getEventListeners } from 'node:events';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEVNULL, nodeBackend, PIPE, SpawnError, ValueError, type SubprocessBackend } from '@subwire/transport';
import { createSubprocessExec, createSubprocessShell, type CreateExecOptions } from '../src/index.js';
import { node, ourChildren, rejection, sh, utf8 } from './helpers/children.js';

/** Counts what is started. */
function counting(): SubprocessBackend & { readonly started: string[] } {
  const started: string[] = [];
  return {
    ...nodeBackend,
    started,
    spawn: (request) => {
      started.push(String(request.program));
      return nodeBackend.spawn(request);
    },
  };
}

describe('creation', () => {
  // X3
  it.each([0, -1, NaN, '5' as unknown as number])('refuses limit %s before anything is started', async (limit) => {
    const backend = counting();
    expect(await rejection(createSubprocessExec('true', [], { limit, backend }))).toBeInstanceOf(ValueError);
    expect(await rejection(createSubprocessShell('true', { limit, backend }))).toBeInstanceOf(ValueError);
    expect(backend.started).toEqual([]);
  });

  // test_create_subprocess_exec_text_mode_fails, …_shell_…; test_subprocess_exec_invalid_args, …_shell_…
  it.each([
    { text: true },
    { encoding: 'utf8' },
    { errors: 'strict' },
    { shell: true },
    { bufsize: 0 },
    { stopGraceMs: -1 },
  ])('refuses %j before anything is started', async (options) => {
    const backend = counting();
    const given: object = { ...options, backend };
    for (const error of [
      await rejection(createSubprocessExec('true', [], given)),
      await rejection(createSubprocessShell('true', given)),
    ]) {
      expect(error instanceof TypeError || error instanceof ValueError).toBe(true);
    }
    expect(backend.started).toEqual([]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['no program', () => createSubprocessExec(undefined as unknown as string)],
    ['a list as program', () => createSubprocessExec(['ls'] as unknown as string)],
    ['a number as argument', () => createSubprocessExec('ls', [1] as unknown as string[])],
    ['options in the place of arguments', () => createSubprocessExec('ls', {} as unknown as string[])],
    ['a list as command', () => createSubprocessShell(['ls'] as unknown as string)],
    ['null as options', () => createSubprocessExec('ls', [], null as unknown as object)],
  ])('refuses %s', async (_what, create) => {
    expect(await rejection(create())).toBeInstanceOf(TypeError);
  });

  it('takes an option that is undefined for one that is not there', async () => {
    const options = { limit: undefined, stdout: PIPE, stopGraceMs: undefined } as unknown as { stdout: typeof PIPE };
    const proc = await createSubprocessExec('true', [], options);
    expect((await proc.communicate())[0]).toHaveLength(0);
  });

  // test_popen_error, test_popen_error_with_stdin_pipe
  it('rejects with what the backend threw, and leaves nothing', async () => {
    const thrown = new Error('no children today');
    const backend: SubprocessBackend = {
      ...nodeBackend,
      spawn: () => {
        throw thrown;
      },
    };
    expect(await rejection(createSubprocessExec('true', [], { backend }))).toBe(thrown);
    expect(await rejection(createSubprocessExec('true', [], { backend, stdin: PIPE }))).toBe(thrown);
  });

  // F74
  it('starts nothing with a signal that was aborted before', async () => {
    const backend = counting();
    const reason = new Error('before');
    const signal = AbortSignal.abort(reason);
    expect(await rejection(createSubprocessExec('true', [], { signal, backend }))).toBe(reason);
    expect(backend.started).toEqual([]);
  });

  // X4, F77: test_cancel_make_subprocess_transport_exec, test_subprocess_*_pipe_cancelled
  it('leaves no child, whatever moment of the creation it is aborted at', async () => {
    let created = 0;
    for (let moment = 0; moment < 30; moment += 1) {
      const controller = new AbortController();
      const { signal } = controller;
      const creating = createSubprocessExec('sleep', ['60'], { stdin: PIPE, stdout: PIPE, stderr: PIPE, signal });
      const outcome = creating.then(
        (proc) => proc,
        (reason: unknown) => reason,
      );
      for (let turn = 0; turn < moment % 15; turn += 1) {
        await (moment < 15 ? Promise.resolve() : new Promise((resolve) => setImmediate(resolve)));
      }
      controller.abort('moment');
      const result = await outcome;
      if (result !== 'moment') {
        created += 1;
        // Too late: the signal covers the creation alone.
        const proc = await creating;
        expect(proc.returncode).toBeNull();
        proc.kill();
        await proc.wait();
      }
      expect(ourChildren()).toEqual([]);
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    }
    expect(created).toBeLessThan(30);
  });

  // test_process_env_1, test_process_cwd_1, _2 (uvloop)
  it('gives the child its directory and environment', async () => {
    for (const cwd of ['/usr', pathToFileURL('/usr')]) {
      const proc = await createSubprocessShell('pwd; echo $FOO $BAR', {
        cwd,
        env: { FOO: 'bar', BAR: 'baz' },
        stdout: PIPE,
      });
      expect(utf8((await proc.communicate())[0])).toBe('/usr\nbar baz\n');
    }
  });

  // test_process_executable_1, _2 (uvloop), test_create_subprocess_exec_with_path
  it('executes `executable`, and the program only names the child; programs may be URLs', async () => {
    const named = await createSubprocessExec('not-a-program', ['-c', 'echo $0'], {
      executable: '/bin/sh',
      stdout: PIPE,
    });
    expect(utf8((await named.communicate())[0])).toBe('not-a-program\n');
    const byUrl = await createSubprocessExec(pathToFileURL('/bin/sh'), ['-c', 'exit 4']);
    expect(await byUrl.wait()).toBe(4);
  });

  // test_process_streams_pass_fds (uvloop)
  it('passes the descriptors that were asked for, and no other', async () => {
    const [kept, other] = [await open('/dev/null'), await open('/dev/null')];
    try {
      const script = `for fd in ${kept.fd} ${other.fd}; do [ -e /proc/self/fd/$fd ] && echo yes || echo no; done`;
      const proc = await createSubprocessExec(...sh(script), { stdout: PIPE, passFds: [kept.fd] });
      expect(utf8((await proc.communicate())[0])).toBe('yes\nno\n');
    } finally {
      await kept.close();
      await other.close();
    }
  });

  it('reads further pipes of the child by their descriptors', async () => {
    const script = 'echo three >&3; echo five >&5';
    const proc = await createSubprocessExec(...sh(script), { stdout: PIPE, extraFds: { 3: PIPE, 5: PIPE } });
    const texts = [...proc.outputs].map(async ([fd, reader]) => [fd, utf8(await reader.read())]);
    expect(await Promise.all(texts)).toEqual([
      [1, ''],
      [3, 'three\n'],
      [5, 'five\n'],
    ]);
    await proc.wait();
  });

  // test_subprocess_invalid_stdin (uvloop)
  it('rejects descriptors that are not open', async () => {
    for (const places of [{ stdin: 987 }, { stdout: 987 }, { stderr: 987 }] as CreateExecOptions[]) {
      expect(await rejection(createSubprocessExec('true', [], places))).toMatchObject({
        code: 'EBADF',
      });
    }
  });

  // test_subprocess_fd_leak_1, _2 (uvloop)
  it('leaves no descriptor behind, neither by failures nor by successes', async () => {
    const count = async (): Promise<number> => (await readdir('/proc/self/fd')).length;
    const all = { stdin: PIPE, stdout: PIPE, stderr: PIPE } as const;
    await (await createSubprocessExec('true', [], all)).communicate();
    const before = await count();
    for (let round = 0; round < 10; round += 1) {
      expect(await rejection(createSubprocessExec('no-such-program', [], all))).toBeInstanceOf(SpawnError);
      await using proc = await createSubprocessExec('true', [], all);
      await proc.communicate();
    }
    expect(await count()).toBe(before);
  });
});

describe('programs', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'subwire-create-'));
  });

  afterAll(async () => {
    await rm(directory, { recursive: true });
  });

  // X16
  it('that are text without "#!" are refused, as by Python', async () => {
    const path = join(directory, 'script');
    await writeFile(path, 'echo hello\n');
    await chmod(path, 0o755);
    expect(await rejection(createSubprocessExec(path))).toMatchObject({ code: 'ENOEXEC', stage: 'exec' });
  });

  it('see their arguments byte by byte', async () => {
    const args = ['', ' ', "'", '"', '$HOME', '\\', '\n', 'ü', '*', '--', '-n'];
    const script = 'console.log(JSON.stringify(process.argv.slice(1)))';
    const proc = await createSubprocessExec(...node(script, '--', ...args), { stdin: DEVNULL, stdout: PIPE });
    expect(JSON.parse(utf8((await proc.communicate())[0]))).toEqual(args);
  });
});
