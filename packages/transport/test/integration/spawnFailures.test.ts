/** Every way a start can fail: one rejection, and nothing is left. */
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SpawnError } from '../../src/contract/errors.js';
import type { SubprocessExecOptions } from '../../src/options/options.js';
import { DEVNULL, PIPE, STDOUT } from '../../src/contract/stdio.js';
import { subprocessExec } from '../../src/subprocessExec.js';
import { childStates, exec, finish, openFds, runProgram, ScratchDirectory } from '../helpers/realChild.js';
import { RecordingProtocol } from '../helpers/recordingProtocol.js';

const scratch = new ScratchDirectory();
const at = (name: string): string => scratch.join(name);

function script(name: string, content: string, mode = 0o755): void {
  writeFileSync(at(name), content);
  chmodSync(at(name), mode);
}

beforeAll(() => {
  script('noInterpreter', '#!/no/such/interpreter -x\n');
  script('text', 'echo hi\n');
  script('empty', '');
  script('plain', '#!/bin/sh\n', 0o644);
  mkdirSync(at('directory'));
  symlinkSync(at('loop'), at('loop'));
});

afterAll(() => {
  scratch.remove();
});

/** Starts what cannot be started, checks that nothing is left, and returns the error. */
async function refused(
  program: string,
  args: readonly string[] = [],
  options: SubprocessExecOptions = {},
): Promise<SpawnError> {
  const before = openFds();
  const protocol = new RecordingProtocol();
  const thrown: unknown = await subprocessExec(() => protocol, program, args, options).then(
    () => null,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(SpawnError);
  expect(protocol.lines).toEqual([]);
  expect(openFds()).toBe(before);
  expect(childStates()).not.toContain('Z');
  return thrown as SpawnError;
}

describe('a start fails', () => {
  it.each<
    [what: string, program: string, code: string, stage: string, args?: string[], options?: SubprocessExecOptions]
  >([
    ['for a program that is not in the PATH', 'no-such-program', 'ENOENT', 'lookup'],
    ['for a program without a name', '', 'ENOENT', 'lookup'],
    ['for a path that does not exist', '/no/such/program', 'ENOENT', 'exec'],
    ['for a path through a file', '/etc/passwd/x', 'ENOTDIR', 'exec'],
    ['for a script whose interpreter is missing', at('noInterpreter'), 'ENOENT', 'exec'],
    ['for text without an interpreter line', at('text'), 'ENOEXEC', 'exec'],
    ['for an empty file', at('empty'), 'ENOEXEC', 'exec'],
    ['for a file that is not executable', at('plain'), 'EACCES', 'exec'],
    ['for a directory', at('directory'), 'EACCES', 'exec'],
    ['for a loop of symbolic links', at('loop'), 'ELOOP', 'exec'],
    ['for a name that is too long', `/${'n'.repeat(300)}`, 'ENAMETOOLONG', 'exec'],
    ['for an argument that is too long', 'true', 'E2BIG', 'exec', ['x'.repeat(200 * 1024)]],
    ['for arguments that are too many', 'true', 'E2BIG', 'exec', new Array<string>(60_000).fill('y'.repeat(100))],
    ['for an environment that is too long', 'true', 'E2BIG', 'exec', [], { env: { A: 'x'.repeat(200 * 1024) } }],
    ['for a descriptor that is not open', 'true', 'EBADF', 'stdio', [], { stdout: 999 }],
    ['for an extra descriptor that is not open', 'true', 'EBADF', 'stdio', [], { extraFds: { 3: 999 } }],
    ['for a passed descriptor that is not open', 'true', 'EBADF', 'stdio', [], { passFds: [999] }],
  ])('%s', async (_, program, code, stage, args = [], options = {}) => {
    const error = await refused(program, args, options);
    expect([error.code, error.stage, error.program]).toEqual([code, stage, program]);
    expect(error.message.length).toBeLessThan(1_000);
  });

  it.each([
    ['missing', () => at('nope'), 'ENOENT'],
    ['a file', () => at('text'), 'ENOTDIR'],
    ['a loop of symbolic links', () => at('loop'), 'ELOOP'],
    ['too long a name', () => `/${'n'.repeat(300)}`, 'ENAMETOOLONG'],
    ['empty', () => '', 'ENOENT'],
  ])('for a directory that is %s, and names the directory', async (_, cwd, code) => {
    const error = await refused('true', [], { cwd: cwd() });
    expect([error.code, error.stage, error.path]).toEqual([code, 'cwd', cwd()]);
    expect(error.message).toContain(JSON.stringify(cwd()));
  });

  // F10
  it('for a program that is open for writing', async () => {
    script('busy', '#!/bin/sh\n');
    // Only binaries are busy.
    writeFileSync(at('busy'), readFileSync('/bin/true'));
    const fd = openSync(at('busy'), 'r+');
    const error = await refused(at('busy'));
    closeSync(fd);
    expect(error.code).toBe('ETXTBSY');
  });

  it('without arguments or environment in the error or its cause', async () => {
    const secret = 'hunter2';
    const error = await refused('true', [secret, 'x'.repeat(200 * 1024)], {
      env: { PATH: '/bin:/usr/bin', A: secret },
    });
    const told = [error, error.cause].map((one) => JSON.stringify(one, Object.getOwnPropertyNames(one)) + String(one));
    expect(told.join()).not.toContain(secret);
  });

  // test_subprocess_invalid_stdin, test_subprocess_fd_leak_1, F49
  it('over and over without leaving anything', async () => {
    const before = openFds();
    for (let turn = 0; turn < 100; turn += 1) {
      const creation = subprocessExec(() => new RecordingProtocol(), turn % 2 === 0 ? '/no/such' : at('text'));
      await expect(creation).rejects.toBeInstanceOf(SpawnError);
    }
    expect(openFds()).toBe(before);
    expect(childStates()).not.toContain('Z');
  });

  it('without touching the descriptors that the caller gave', async () => {
    const fd = openSync('/dev/null', 'r');
    await refused('/no/such', [], { stdin: fd, stdout: DEVNULL, stderr: PIPE });
    closeSync(fd);
  });
});

/** A copy of a binary that asks for another loader, of the same length. */
function withLoader(name: string, loader: string): void {
  const binary = readFileSync('/bin/true');
  const at = binary.indexOf('/lib');
  binary.fill(0, at, binary.indexOf(0, at));
  binary.write(loader, at);
  writeFileSync(join(scratch.path, name), binary, { mode: 0o755 });
}

describe('the culprit of a refused start', () => {
  beforeAll(() => {
    script('crlf', '#!/bin/sh\r\necho hi\r\n');
    script('toDirectory', `#!${scratch.path}\n`);
    script('toPlain', `#!${at('plain')}\n`);
    script('relative', '#! sh -e\n');
    script('toText', `#!${at('text')}\n`);
    script('toOrphan', `#!${at('noInterpreter')}\n`);
    script('blank', '#! \t\n');
    script('cutOff', `#!/${'x'.repeat(300)}\n`);
    script('circle', `#!${at('circle')}\n`);
    withLoader('noLoader', '/no/loader.so');
    script('toNoLoader', `#!${at('noLoader')}\n`);
    script('garbage', '\x01\x02\x00\x03');
  });

  it.each<[program: string, code: string, culprit: string, words: string]>([
    ['crlf', 'ENOENT', '/bin/sh\r', 'its interpreter "/bin/sh\\r" does not exist'],
    ['noInterpreter', 'ENOENT', '/no/such/interpreter', 'its interpreter "/no/such/interpreter" does not exist'],
    ['toDirectory', 'EACCES', '', 'its interpreter'],
    ['toPlain', 'EACCES', 'plain', 'its interpreter'],
    ['relative', 'ENOENT', '/sh', 'relative to the directory of the child'],
    ['toText', 'ENOEXEC', 'text', 'its interpreter'],
    ['toOrphan', 'ENOENT', '/no/such/interpreter', 'the interpreter of'],
    ['blank', 'ENOEXEC', 'blank', 'no interpreter'],
    ['cutOff', 'ENOEXEC', 'cutOff', 'too long a one'],
    ['circle', 'ELOOP', 'circle', 'more than the system follows'],
    ['noLoader', 'ENOENT', '/no/loader.so', 'its loader "/no/loader.so" does not exist'],
    ['toNoLoader', 'ENOENT', '/no/loader.so', 'the loader of its interpreter'],
    ['text', 'ENOEXEC', 'text', 'text without "#!"'],
    ['garbage', 'ENOEXEC', 'garbage', 'neither a binary nor a script'],
  ])('of %s is named, with %s', async (program, code, culprit, words) => {
    const error = await refused(at(program));
    const path = culprit.startsWith('/') ? culprit.replace(/^\/sh$/, 'sh') : at(culprit).replace(/\/$/, '');
    expect([error.code, error.stage, error.path]).toEqual([code, 'exec', path]);
    expect(error.message).toContain(words);
  });

  it('is the directory before the program', async () => {
    expect(await refused(at('text'), [], { cwd: at('nope') })).toMatchObject({ stage: 'cwd', path: at('nope') });
  });

  it('is an argument, by its number, with its length and the limit', async () => {
    const { message } = await refused('true', ['a', `SECRET${'x'.repeat(140_000)}`]);
    expect(message).toContain('args[1] is too long: 140006 bytes; the limit for one is 131071 bytes');
    expect(message).not.toContain('SECRET');
  });

  it('is a variable, by its name', async () => {
    const { message } = await refused('/bin/true', [], { env: { LONG: 'x'.repeat(131_070) } });
    expect(message).toContain('the variable "LONG" in the environment is too long: 131075 bytes with its name');
  });

  it('is the sum, with the limit', async () => {
    const { message } = await refused('/bin/true', new Array<string>(100).fill('y'.repeat(100_000)), {
      env: { A: 'b' },
    });
    expect(message).toContain('the arguments (10000110 bytes in 101 strings)');
    expect(message).toMatch(
      /the environment \(4 bytes in 1 variables\) are too long together: 10000930 bytes .* limit is \d+ bytes/,
    );
  });

  it('is a descriptor, by its number', async () => {
    expect((await refused('true', [], { stderr: 999 })).message).toContain(
      'descriptor 999, given for stderr, is not open',
    );
  });
});

describe('no start fails', () => {
  it('because a script names its interpreter in an unusual way', async () => {
    script('spaces', '#! \t/bin/sh -e \necho hi\n');
    script('noNewline', '#!/bin/true');
    expect((await finish(await exec(at('spaces')))).stdout).toBe('hi\n');
    expect(await finish(await exec(at('noNewline')))).toMatchObject({ returncode: 0 });
  });

  it('because its directory and its path are relative', async () => {
    const here = process.cwd();
    mkdirSync(at('sub/bin'), { recursive: true });
    script('sub/bin/tool', '#!/bin/sh\npwd -P\n');
    process.chdir(scratch.path);
    try {
      for (const options of [{}, { stderr: STDOUT }]) {
        const child = await exec('bin/tool', [], { cwd: 'sub', ...options });
        expect((await finish(child)).stdout).toBe(`${realpathSync(at('sub'))}\n`);
      }
    } finally {
      process.chdir(here);
    }
  });

  // F14
  it('because our own directory is gone, if the path is absolute', async () => {
    expect(await runProgram('goneDirectory.mjs')).toEqual({
      returncode: 0,
      stdout: '/bin/true started, ./true: SpawnError ENOENT\n',
      stderr: '',
    });
  });
});
