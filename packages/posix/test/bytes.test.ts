/** Names that are no text, in everything that a child is started with. */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { finish, start } from './helpers/child.js';

const onLinux = process.platform === 'linux' ? it : it.skip;

/** `0xff` is in no UTF-8. */
const ODD = Buffer.from('odd\xff', 'latin1');

let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'subwire-'));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** A name in the directory, in a piece of memory that is not its own. */
function oddPath(): Uint8Array {
  return Buffer.concat([Buffer.from('x'), Buffer.from(`${directory}/`), ODD]).subarray(1);
}

/** Starts a shell command that prints bytes in hexadecimal digits, and returns them. */
async function hex(command: string, options: Parameters<typeof start>[2] = {}, ...args: Uint8Array[]): Promise<string> {
  const child = await start('/bin/sh', ['-c', `${command} | od -An -tx1 | tr -d ' \\n'`, 'sh', ...args], options);
  return (await finish(child))[1];
}

describe('bytes that are no UTF-8', () => {
  onLinux('arrive as an argument', async () => {
    expect(await hex('printf %s "$1"', {}, ODD)).toBe(ODD.toString('hex'));
  });

  onLinux('arrive as the value of a variable', async () => {
    expect(await hex('printf %s "$A"', { env: { A: ODD } })).toBe(ODD.toString('hex'));
  });

  onLinux('arrive as the name of a variable', async () => {
    const child = await start('/usr/bin/env', ['-0'], { env: [[ODD, 'x']] });
    await finish(child);
    const printed = Buffer.concat(child.outputs.get(1) ?? []);
    expect(printed.toString('hex')).toBe(Buffer.concat([ODD, Buffer.from('=x\0')]).toString('hex'));
  });

  onLinux('name a directory', async () => {
    mkdirSync(Buffer.from(oddPath()));
    const child = await start('/bin/sh', ['-c', 'pwd -P'], { cwd: oddPath() });
    await finish(child);
    expect(Buffer.concat(child.outputs.get(1) ?? []).includes(ODD)).toBe(true);
    rmSync(Buffer.from(oddPath()), { recursive: true });
  });

  onLinux('name a program, which is called so', async () => {
    copyFileSync('/bin/sh', Buffer.from(oddPath()));
    chmodSync(Buffer.from(oddPath()), 0o755);
    const child = await start(oddPath(), ['-c', 'cat /proc/$$/cmdline']);
    expect((await finish(child))[0]).toBe(0);
    expect(Buffer.concat(child.outputs.get(1) ?? []).includes(ODD)).toBe(true);
    rmSync(Buffer.from(oddPath()));
  });

  onLinux('are named in the error of a program that is not there', async () => {
    await expect(start(oddPath())).rejects.toMatchObject({ name: 'SpawnError', code: 'ENOENT', stage: 'exec' });
  });
});
