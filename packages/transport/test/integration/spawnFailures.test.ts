/** Every way a start can fail: one rejection, and nothing is left. */
import { chmodSync, closeSync, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SpawnError } from '../../src/contract/errors.js';
import type { SubprocessExecOptions } from '../../src/options/options.js';
import { DEVNULL, PIPE } from '../../src/contract/stdio.js';
import { subprocessExec } from '../../src/subprocessExec.js';
import { childStates, openFds, runProgram, ScratchDirectory } from '../helpers/realChild.js';
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

  it('names the missing interpreter, and the script as the path', async () => {
    const error = await refused(at('noInterpreter'));
    expect(error.message).toContain('"/no/such/interpreter"');
    expect(error.path).toBe(at('noInterpreter'));
  });

  // F10
  it('for a program that is open for writing', async () => {
    script('busy', '#!/bin/sh\n');
    // Only binaries are busy.
    writeFileSync(at('busy'), Buffer.from('7f454c4602010100', 'hex'));
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

describe('no start fails', () => {
  // F14
  it('because our own directory is gone, if the path is absolute', async () => {
    expect(await runProgram('goneDirectory.mjs')).toEqual({
      returncode: 0,
      stdout: '/bin/true started, ./true: SpawnError ENOENT\n',
      stderr: '',
    });
  });
});
