/** `communicate()`: the table of semantics §3.3. Upstream names are CPython's unless said otherwise. */
import { describe, expect, it } from '@jest/globals';
import { DEVNULL, PIPE, STDOUT, ValueError } from '@subwire/transport';
import { createSubprocessExec, createSubprocessShell, type CommunicateInput } from '../src/index.js';
import { node, rejection, sh, utf8 } from './helpers/children.js';

const ALL = { stdin: PIPE, stdout: PIPE, stderr: PIPE } as const;

describe('communicate', () => {
  // test_communicate
  it('feeds the child, reads both outputs and waits', async () => {
    const proc = await createSubprocessExec(...sh('cat; echo problem >&2; exit 4'), ALL);
    const [stdout, stderr] = await proc.communicate('some data');
    expect([utf8(stdout), utf8(stderr), proc.returncode]).toEqual(['some data', 'problem\n', 4]);
  });

  // test_communicate_none_input
  it('closes the child’s input at once if there is none', async () => {
    const proc = await createSubprocessExec('cat', [], ALL);
    expect((await proc.communicate())[0]).toHaveLength(0);
  });

  // test_empty_input
  it.each([new Uint8Array(0), '', []])('lets the child see the end after empty input (%j)', async (input) => {
    const proc = await createSubprocessExec('wc', ['-c'], ALL);
    expect(utf8((await proc.communicate(input))[0]).trim()).toBe('0');
  });

  // test_devnull_input, test_devnull_output, test_devnull_error
  it('returns null for what is not a pipe', async () => {
    const input = await createSubprocessExec('wc', ['-c'], { stdin: DEVNULL, stdout: PIPE, stderr: DEVNULL });
    const [stdout, stderr] = await input.communicate();
    expect([utf8(stdout).trim(), stderr]).toEqual(['0', null]);
    const none = await createSubprocessExec('true');
    expect(await none.communicate()).toEqual([null, null]);
    expect(none.returncode).toBe(0);
  });

  // test_process_streams_stderr_to_stdout (uvloop), F48
  it('gives stderr in stdout, in exact order, with STDOUT', async () => {
    const script = 'for i in 1 2 3 4 5; do printf "o$i "; printf "e$i " >&2; done';
    const proc = await createSubprocessExec(...sh(script), { stdout: PIPE, stderr: STDOUT });
    const [stdout, stderr] = await proc.communicate();
    expect([utf8(stdout), stderr]).toEqual(['o1 e1 o2 e2 o3 e3 o4 e4 o5 e5 ', null]);
  });

  it('refuses input where there is no pipe for it, instead of dropping it', async () => {
    const proc = await createSubprocessExec('true', [], { stdin: DEVNULL });
    expect(await rejection(proc.communicate('lost'))).toBeInstanceOf(ValueError);
    expect(await proc.communicate()).toEqual([null, null]);
  });

  it.each<[string, unknown]>([
    ['a number', 5],
    ['an object', {}],
    ['an ArrayBuffer', new ArrayBuffer(3)],
    ['a function', () => 'x'],
  ])('refuses %s as input before anything is done', async (_what, input) => {
    const proc = await createSubprocessExec('cat', [], ALL);
    expect(await rejection(proc.communicate(input as CommunicateInput))).toBeInstanceOf(TypeError);
    expect(utf8((await proc.communicate('still usable'))[0])).toBe('still usable');
  });

  it.each<[string, Uint8Array]>([
    ['a Buffer', Buffer.from('abc')],
    ['a view into a larger buffer', new Uint8Array(Buffer.from('xabcx')).subarray(1, 4)],
  ])('takes %s', async (_what, input) => {
    const proc = await createSubprocessExec('cat', [], ALL);
    expect(utf8((await proc.communicate(input))[0])).toBe('abc');
  });

  // test_communicate_ignore_broken_pipe, F27, peers §1c 2
  it('takes it that the child reads nothing of a large input', async () => {
    const proc = await createSubprocessExec('true', [], ALL);
    const [stdout, stderr] = await proc.communicate(new Uint8Array(8 * 1024 * 1024));
    expect([stdout.length, stderr.length, proc.returncode]).toEqual([0, 0, 0]);
  });

  it('reads on after the child closed its input early', async () => {
    const proc = await createSubprocessExec(...sh('exec 0<&-; echo still; echo here'), ALL);
    expect(utf8((await proc.communicate(new Uint8Array(1_000_000)))[0])).toBe('still\nhere\n');
  });

  // test_communicate_large_stdout_65536 … (uvloop), and the 5 MB round trip
  it.each([65_536, 65_537, 1_000_000, 5_000_000])('passes %i bytes through without a deadlock', async (length) => {
    const input = Uint8Array.from({ length }, (_, index) => index % 251);
    const proc = await createSubprocessExec('cat', [], ALL);
    const [stdout] = await proc.communicate(input);
    expect(Buffer.compare(stdout, input)).toBe(0);
  });

  // F20
  it('serves a child that fills both outputs before it reads', async () => {
    const proc = await createSubprocessExec(
      ...sh('head -c 1048576 /dev/zero; head -c 1048576 /dev/zero >&2; wc -c'),
      ALL,
    );
    const [stdout, stderr] = await proc.communicate(new Uint8Array(1_048_576));
    expect([stdout.length > 1_048_576, stderr.length]).toEqual([true, 1_048_576]);
    expect(utf8(stdout.subarray(1_048_576)).trim()).toBe('1048576');
  });

  it('returns empty outputs when it is called again after the end', async () => {
    const proc = await createSubprocessExec(...sh('echo once'), ALL);
    await proc.communicate();
    const [stdout, stderr] = await proc.communicate();
    expect([stdout.length, stderr.length]).toEqual([0, 0]);
  });

  it('refuses a second call while the first one runs, which goes on', async () => {
    const proc = await createSubprocessExec('cat', [], ALL);
    const first = proc.communicate('one');
    expect(await rejection(proc.communicate())).toMatchObject({ code: 'ERR_CONCURRENT_READ', method: 'communicate' });
    expect(utf8((await first)[0])).toBe('one');
  });

  it('returns what a partial read left', async () => {
    const proc = await createSubprocessExec(...sh('printf "first\\nsecond\\nthird"'), ALL);
    expect(utf8(await proc.stdout.readline())).toBe('first\n');
    expect(utf8((await proc.communicate())[0])).toBe('second\nthird');
  });

  it('drops input for a pipe that its owner has closed, as asyncio does', async () => {
    const proc = await createSubprocessExec('cat', [], ALL);
    proc.stdin.close();
    expect((await proc.communicate('dropped'))[0]).toHaveLength(0);
  });

  it('writes its input behind what was written before', async () => {
    const proc = await createSubprocessExec('cat', [], ALL);
    proc.stdin.write('before ');
    expect(utf8((await proc.communicate('after'))[0])).toBe('before after');
  });

  // test_stdin_not_inheritable
  it('keeps the writing end of stdin out of other children, so that each sees its end', async () => {
    const children = await Promise.all(Array.from({ length: 8 }, () => createSubprocessExec('wc', ['-c'], ALL)));
    const outputs = await Promise.all(children.map((proc) => proc.communicate('abc')));
    expect(outputs.map(([stdout]) => utf8(stdout).trim())).toEqual(Array.from({ length: 8 }, () => '3'));
  });

  // test_process_env_*, test_create_subprocess_env_shell / _exec
  it('runs with exactly the environment that was given', async () => {
    const env = { GREETING: 'hello', NAME: 'x y' };
    const viaShell = await createSubprocessShell('echo "$GREETING $NAME"', { env, stdout: PIPE });
    expect(utf8((await viaShell.communicate())[0])).toBe('hello x y\n');
    const viaExec = await createSubprocessExec('env', [], { env: {}, stdout: PIPE });
    expect((await viaExec.communicate())[0]).toHaveLength(0);
  });

  it('delivers text as UTF-8 whatever its characters', async () => {
    const proc = await createSubprocessExec(...node('process.stdin.pipe(process.stdout)'), ALL);
    const text = 'ascii, ümläut, €, 🚀\0';
    expect(utf8((await proc.communicate(text))[0])).toBe(text);
  });
});
