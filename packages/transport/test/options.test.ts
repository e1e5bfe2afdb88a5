import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { SpawnRequest } from '../src/seam/backend.js';
import { NotSupportedError, ValueError } from '../src/contract/errors.js';
import { parseCreation, type CreationSettings, type SubprocessExecOptions } from '../src/options/options.js';
import { DEVNULL, PIPE, STDOUT } from '../src/contract/stdio.js';
import { StubBackend, StubChild } from './helpers/stubChild.js';

const backend = new StubBackend(new StubChild());

function parse(
  options: object = {},
  program: unknown = 'cat',
  args: unknown = [],
  on: StubBackend = backend,
): readonly [SpawnRequest, CreationSettings] {
  return parseCreation(program as string, args as string[], options, on);
}

function stdioOf(options: object): unknown[] {
  return [...parse(options)[0].stdio].map(([childFd, slot]) => ({ childFd, ...slot }));
}

describe('a request', () => {
  it('has a pipe at 0, 1 and 2 by default, and our directory and environment', () => {
    const [request, settings] = parse();
    expect(request).toMatchObject({ cwd: null, env: null, executable: null, startNewSession: false, user: null });
    expect(request.pipeSize).toBe(null);
    expect(stdioOf({})).toEqual([0, 1, 2].map((childFd) => ({ childFd, kind: 'pipe' })));
    expect(settings).toMatchObject({ signal: null, stdinGraceMs: 1_000, backend });
  });

  it('turns every kind of stdio into a slot', () => {
    expect(stdioOf({ stdin: DEVNULL, stdout: null, stderr: { fd: 7 } })).toEqual([
      { childFd: 0, kind: 'null' },
      { childFd: 1, kind: 'fd', fd: 1 },
      { childFd: 2, kind: 'fd', fd: 7 },
    ]);
    expect(stdioOf({ stdin: 0, stdout: PIPE, stderr: STDOUT })).toEqual([
      { childFd: 0, kind: 'fd', fd: 0 },
      { childFd: 1, kind: 'pipe' },
      { childFd: 2, kind: 'stdout' },
    ]);
  });

  it.each([
    [DEVNULL, { kind: 'null' }],
    [9, { kind: 'fd', fd: 9 }],
    [null, { kind: 'fd', fd: 1 }],
  ])('takes stderr STDOUT as a copy of stdout %p', (stdout, slot) => {
    expect(stdioOf({ stdout, stderr: STDOUT })[2]).toEqual({ childFd: 2, ...slot });
  });

  it.each([1, 65_536, Number.MAX_SAFE_INTEGER])('has the size %p that was chosen for the pipes', (pipeSize) => {
    expect(parse({ pipeSize })[0].pipeSize).toBe(pipeSize);
  });

  it('adds passed and extra descriptors', () => {
    expect(stdioOf({ passFds: [4], extraFds: { 3: PIPE, 6: DEVNULL, 5: null } }).slice(3)).toEqual([
      { childFd: 4, kind: 'fd', fd: 4 },
      { childFd: 3, kind: 'pipe' },
      { childFd: 5, kind: 'fd', fd: 5 },
      { childFd: 6, kind: 'null' },
    ]);
  });

  // test_process_cwd_2, test_process_executable_2
  it('takes file URLs as paths', () => {
    const url = pathToFileURL('/tmp/a b');
    const [request] = parse({ cwd: url, executable: url }, url);
    expect([request.cwd, request.executable, request.program]).toEqual(['/tmp/a b', '/tmp/a b', '/tmp/a b']);
  });

  it('has the own properties of env alone, without a prototype and without undefined', () => {
    const inherited = Object.assign(Object.create({ INHERITED: '1' }) as object, { A: '1', B: undefined, C: '' });
    const { env } = parse({ env: inherited })[0];
    expect(env === null ? env : Object.getPrototypeOf(env)).toBeNull();
    expect({ ...env }).toEqual({ A: '1', C: '' });
    expect({ ...parse({ env: {} })[0].env }).toEqual({});
  });

  it('takes bytes for the program, arguments, the directory and variables, and turns what is UTF-8 into text', () => {
    const utf8 = Buffer.from('é');
    const latin1 = Uint8Array.of(0xe9);
    const [text] = parse({ cwd: utf8, executable: utf8, env: new Map([[utf8, utf8]]) }, utf8, [utf8]);
    expect(text).toMatchObject({ program: 'é', args: ['é'], cwd: 'é', executable: 'é', envByBytes: [] });
    expect({ ...text.env }).toEqual({ é: 'é' });
    const env = [
      [latin1, 'text'],
      ['name', latin1],
      [latin1, latin1],
    ] as const;
    const [bytes] = parse({ cwd: latin1, executable: latin1, env }, latin1, [latin1]);
    expect(bytes).toMatchObject({ program: latin1, args: [latin1], cwd: latin1, executable: latin1 });
    expect([bytes.envByBytes, { ...bytes.env }]).toEqual([[[latin1, latin1]], { name: latin1 }]);
  });

  it('copies bytes: a later change of the array does not reach the child', () => {
    const program = Uint8Array.of(0x2f, 0xe9);
    const [request] = parse({}, program);
    program[1] = 0x41;
    expect(request.program).toEqual(Uint8Array.of(0x2f, 0xe9));
  });

  it('refuses bytes where the backend has no place for them, by the name of the capability', () => {
    const lacking = new StubBackend(new StubChild(), { bytes: false });
    expect(() => parse({ backend: lacking }, Uint8Array.of(0xe9))).toThrow(
      expect.objectContaining({ capability: 'bytes' }),
    );
    expect(() => parse({ backend: lacking, env: [[Uint8Array.of(0xe9), '']] })).toThrow(NotSupportedError);
  });

  it('takes pipes and socket pairs, as far as the backend has them', () => {
    expect([parse({})[0].pipes, parse({ pipes: 'socket' })[0].pipes]).toEqual([null, 'socket']);
    const lacking = new StubBackend(new StubChild(), { pipes: ['socket'] });
    expect(() => parse({ backend: lacking, pipes: 'pipe' })).toThrow(expect.objectContaining({ capability: 'pipes' }));
  });

  it('takes __proto__ in env for a name like any other', () => {
    const env = JSON.parse('{"__proto__":"x"}') as object;
    expect(Object.entries(parse({ env })[0].env ?? {})).toEqual([['__proto__', 'x']]);
  });

  it('copies what was given, so that a later change of it comes to nothing', () => {
    const [args, env] = [['a'], { A: '1' }];
    const [request] = parse({ env }, 'cat', args);
    args.push('b');
    env.A = '2';
    expect([request.args, { ...request.env }]).toEqual([['a'], { A: '1' }]);
  });
});

describe('a wrong type', () => {
  // test_subprocess_exec_invalid_args
  it.each([undefined, null, 5, ['cat'], new Uint16Array(2)])('%p is refused as a program', (program) => {
    expect(() => parse({}, program ?? null)).toThrow(TypeError);
  });

  it.each(['-l', 5, null, {}, [5], [undefined], [null], new Array(1)])('%j is refused as arguments', (args) => {
    expect(() => parse({}, 'cat', args)).toThrow(TypeError);
  });

  it.each([null, 5, 'text', []])('%j is refused as options', (options) => {
    expect(() => parseCreation('cat', [], options as unknown as SubprocessExecOptions, backend)).toThrow(TypeError);
  });

  it.each([
    ...['universal_newlines', 'bufsize', 'shell', 'preexec_fn', 'Stdin', 'timeout'].map((name) => ({ [name]: 1 })),
    { stdin: 'pipe' },
    { stdout: true },
    { stderr: {} },
    { stdin: { fd: '1' } },
    { cwd: 5 },
    { cwd: null },
    { executable: 5 },
    { env: null },
    { env: 'PATH=/bin' },
    { env: { A: 5 } },
    { env: { A: null } },
    { env: [['A', 5]] },
    { pipes: 1 },
    { user: 'root' },
    { group: null },
    { processGroup: '0' },
    { pipeSize: '65536' },
    { pipeSize: null },
    { startNewSession: 1 },
    { startNewSession: 'no' },
    { passFds: 3 },
    { passFds: '34' },
    { extraFds: null },
    { extraFds: { 3: 'pipe' } },
    { signal: {} },
    { signal: true },
    { stdinGraceMs: '5' },
    { onCallbackError: 'log' },
    { backend: 'node' },
    { backend: {} },
  ])('%j is refused', (options) => {
    expect(() => parse(options)).toThrow(TypeError);
  });

  it('is refused in a URL that names no file', () => {
    expect(() => parse({ cwd: new URL('http://example.com/') })).toThrow(/scheme file/);
  });
});

describe('a value that makes no sense', () => {
  it.each([
    { stdin: STDOUT },
    { stdout: STDOUT },
    { stdin: -4 },
    { stdout: 1.5 },
    { stderr: { fd: -1 } },
    { stdin: NaN },
    { user: -5 },
    { user: 4_294_967_295 },
    { user: 1.5 },
    { group: NaN },
    { processGroup: -1 },
    { pipeSize: -1 },
    { pipeSize: 0 },
    { pipeSize: 1.5 },
    { pipeSize: NaN },
    { pipeSize: Infinity },
    { passFds: [2] },
    { passFds: [1_048_576] },
    { passFds: [3.5] },
    { extraFds: { 1: PIPE } },
    { extraFds: { x: PIPE } },
    { extraFds: { 3: STDOUT } },
    { extraFds: { '03': DEVNULL } },
    { extraFds: { '3.0': DEVNULL } },
    { extraFds: { '0x3': DEVNULL } },
    { passFds: [5], extraFds: { 5: PIPE } },
    { stdinGraceMs: -1 },
    { stdinGraceMs: NaN },
    { stdinGraceMs: Infinity },
    { stdinGraceMs: 2 ** 31 },
    { env: { '': 'x' } },
    { env: [[Uint8Array.of(0x41, 0x3d, 0xe9), 'x']] },
    { env: [[Uint8Array.of(0x41), Uint8Array.of(0x41, 0)]] },
    { pipes: 'fifo' },
    { env: { 'A=B': 'x' } },
  ])('%j is refused', (options) => {
    expect(() => parse(options)).toThrow(ValueError);
  });

  it.each([
    ['program', () => parse({}, 'secret\0')],
    ['args[1]', () => parse({}, 'cat', ['a', 'secret\0'])],
    ['executable', () => parse({ executable: 'secret\0' })],
    ['cwd', () => parse({ cwd: 'secret\0' })],
    ['env', () => parse({ env: { A: 'secret\0' } })],
    ['a name', () => parse({ env: { 'secret\0': 'x' } })],
  ])('is a NUL byte in %s; the message does not show the rest', (name, refused) => {
    expect(refused).toThrow(ValueError);
    expect(refused).toThrow(name);
    expect(refused).not.toThrow('secret');
  });
});

describe('a backend that lacks something', () => {
  it.each([
    ['newSession', { startNewSession: true }],
    ['processGroup', { processGroup: 0 }],
    ['pipeSize', { pipeSize: 1 }],
    ['identity', { user: 0 }],
    ['identity', { group: 0 }],
    ['extraFds', { extraFds: { 3: PIPE } }],
    ['extraFds', { passFds: [3] }],
    ['descriptors', { stdin: null }],
    ['descriptors', { stderr: 5 }],
  ] as const)('refuses what needs %s, and names it', (capability, options) => {
    const lacking = new StubBackend(new StubChild(), { [capability]: false });
    let thrown: unknown;
    try {
      parse(options, 'cat', [], lacking);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(NotSupportedError);
    expect(thrown).toMatchObject({ code: 'ERR_NOT_SUPPORTED', capability });
    expect(() => parse({}, 'cat', [], lacking)).not.toThrow();
  });
});
