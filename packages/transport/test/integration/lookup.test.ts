/** Which file is executed: decision 6 and F91. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SpawnError } from '../../src/contract/errors.js';
import { exec, finish, node, ScratchDirectory, shell } from '../helpers/realChild.js';

const scratch = new ScratchDirectory();
const at = (name: string): string => scratch.join(name);

function tool(directory: string, name: string, mode = 0o755): void {
  mkdirSync(at(directory), { recursive: true });
  writeFileSync(at(`${directory}/${name}`), `#!/bin/sh\necho ${directory}\n`);
  chmodSync(at(`${directory}/${name}`), mode);
}

beforeAll(() => {
  tool('first', 'tool');
  tool('second', 'tool');
  tool('plain', 'tool', 0o644);
  mkdirSync(at('folder/tool'), { recursive: true });
});

afterAll(() => {
  scratch.remove();
});

async function found(PATH: string, cwd = scratch.path): Promise<string> {
  return (await finish(await exec('tool', [], { env: { PATH }, cwd }))).stdout.trim();
}

describe('a program without a slash', () => {
  it('is looked up in the PATH of the child, in order', async () => {
    expect(await found(`${at('first')}:${at('second')}`)).toBe('first');
    expect(await found(`${at('none')}:${at('second')}:${at('first')}`)).toBe('second');
  });

  it('is passed over where it may not be executed, or is a directory, or the entry is a file', async () => {
    expect(await found(`${at('plain')}:${at('folder')}:/etc/passwd:${at('second')}`)).toBe('second');
  });

  it.each(['', ':', '.', 'first', './first', ':first:.'])('is not looked for in the entries of %j', async (PATH) => {
    await expect(found(PATH)).rejects.toMatchObject({ code: 'ENOENT', stage: 'lookup' });
    await expect(found(PATH, at('first'))).rejects.toBeInstanceOf(SpawnError);
  });

  it('is EACCES if the only one found may not be executed', async () => {
    await expect(found(at('plain'))).rejects.toMatchObject({ code: 'EACCES', stage: 'lookup' });
  });

  it('is looked for in the usual places if the child has no PATH', async () => {
    expect(await finish(await exec('true', [], { env: {} }))).toMatchObject({ returncode: 0 });
  });
});

describe('a program with a slash', () => {
  it('is relative to the directory of the child', async () => {
    expect((await finish(await exec('./tool', [], { cwd: at('first') }))).stdout).toBe('first\n');
    expect((await finish(await exec('second/tool', [], { cwd: scratch.path }))).stdout).toBe('second\n');
  });
});

describe('the name of a program', () => {
  it('is argv[0] as it was given, not the path that was found', async () => {
    const child = await exec('cat', ['/proc/self/cmdline']);
    expect((await finish(child)).stdout).toBe('cat\0/proc/self/cmdline\0');
  });

  // test_process_executable_1
  it('need not exist if there is an executable', async () => {
    const child = await exec('doesnotexist', ['-c', 'echo $0 $1', 'zero', 'one'], { executable: '/bin/sh' });
    expect((await finish(child)).stdout).toBe('zero one\n');
    const named = await exec('a name', ['/proc/self/cmdline'], { executable: 'cat' });
    expect((await finish(named)).stdout).toBe('a name\0/proc/self/cmdline\0');
  });

  it('can be a URL', async () => {
    const url = new URL('file:///bin/echo');
    const child = await exec(url as unknown as string, ['hi']);
    expect((await finish(child)).stdout).toBe('hi\n');
  });
});

describe('arguments', () => {
  it('reach the child unchanged, whatever they contain', async () => {
    const odd = ['', ' ', '"', "'", '$HOME', '`id`', '*', '\n', '\\', '-e', 'ü€😀', '--', 'a=b', ';', '&&'];
    const script = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';
    for (const stderr of [-1, -2] as const) {
      const child = await exec(process.execPath, ['-e', script, '--', ...odd], { stderr });
      expect(JSON.parse((await finish(child)).stdout)).toEqual(odd);
    }
  });

  it('and environment are the same with stderr STDOUT as without', async () => {
    const env = { PATH: '/usr/bin:/bin', A: 'x\ny', PWD: '/stale', LC_ALL: 'C', _: 'u', OLDPWD: '/old' };
    const outcomes = [];
    for (const stderr of [-1, -2] as const) {
      outcomes.push((await finish(await exec('env', ['-0'], { env, stderr }))).stdout.split('\0').sort());
    }
    expect(outcomes[1]).toEqual(outcomes[0]);
  });

  it('of a command line are not expanded twice', async () => {
    expect((await finish(await shell('echo "$HOME" \'$HOME\'', { env: { HOME: '$X' } }))).stdout).toBe('$X $HOME\n');
  });

  it('that are many reach the child whole', async () => {
    const child = await node('process.stdout.write(String(process.argv.length))');
    expect((await finish(child)).stdout).toBe('1');
    const many = await exec(process.execPath, [
      '-e',
      'process.stdout.write(String(process.argv.length))',
      ...new Array<string>(5_000).fill('x'),
    ]);
    expect((await finish(many)).stdout).toBe('5001');
  });
});
