import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import {
  BrokenPipeError,
  CallbackError,
  ConnectionResetError,
  NotSupportedError,
  ProcessLookupError,
  SpawnError,
  SubprocessError,
  systemErrorCode,
  TransportLostError,
  ValueError,
} from '../src/contract/errors.js';

const every: readonly (readonly [Error & { readonly code: string }, name: string, code: string])[] = [
  [new SpawnError('ENOENT', { stage: 'exec', program: 'p', path: null, reason: 'r' }), 'SpawnError', 'ENOENT'],
  [new ProcessLookupError(), 'ProcessLookupError', 'ESRCH'],
  [new BrokenPipeError(), 'BrokenPipeError', 'EPIPE'],
  [new ConnectionResetError(), 'ConnectionResetError', 'ECONNRESET'],
  [new NotSupportedError('signals', 'no'), 'NotSupportedError', 'ERR_NOT_SUPPORTED'],
  [new TransportLostError('m', { phase: 'running', mayStillRun: true }), 'TransportLostError', 'ERR_TRANSPORT_LOST'],
  [new CallbackError('made', new Error('m')), 'CallbackError', 'ERR_CALLBACK'],
  [new ValueError('m'), 'ValueError', 'ERR_INVALID_VALUE'],
];

describe('every error', () => {
  it.each(every.map(([error, name, code]) => [name, code, error] as const))(
    '%s has its name, the code %s and a stack',
    (name, code, error) => {
      expect([error.name, error.code]).toEqual([name, code]);
      expect(error.stack).toContain(name);
      expect(String(error)).toBe(`${name}: ${error.message}`);
    },
  );

  it('but ValueError, which is a RangeError, is a SubprocessError', () => {
    const others = every.map(([error]) => error).filter((error) => !(error instanceof SubprocessError));
    expect(others.map((error) => error.name)).toEqual(['ValueError']);
    expect(others[0]).toBeInstanceOf(RangeError);
  });

  it('keeps its cause', () => {
    const cause = new Error('below');
    expect(new BrokenPipeError('m', { cause }).cause).toBe(cause);
    expect(new CallbackError('made', cause).cause).toBe(cause);
    expect('cause' in new BrokenPipeError()).toBe(false);
  });
});

describe('a SpawnError', () => {
  it('names the program, the stage, the path, the reason and the code', () => {
    const error = new SpawnError('EACCES', { stage: 'cwd', program: 'p', path: '/d', reason: 'may not be entered' });
    expect(error.message).toBe('cannot start "p": may not be entered (EACCES)');
    expect(error).toMatchObject({ stage: 'cwd', program: 'p', path: '/d', code: 'EACCES' });
  });

  it('escapes control characters in the name of the program', () => {
    const error = new SpawnError('ENOENT', { stage: 'lookup', program: 'a\n\x1b[31m', path: null, reason: 'r' });
    expect(error.message).toBe('cannot start "a\\n\\u001b[31m": r (ENOENT)');
  });
});

describe('systemErrorCode', () => {
  it('passes known codes on, and calls everything else EOTHER', () => {
    expect(systemErrorCode(Object.assign(new Error('x'), { code: 'EMFILE' }))).toBe('EMFILE');
    expect(systemErrorCode(Object.assign(new Error('x'), { code: 'ERR_STREAM_DESTROYED' }))).toBe('EOTHER');
    for (const odd of [new Error('x'), null, undefined, 'EMFILE', 5]) {
      expect(systemErrorCode(odd)).toBe('EOTHER');
    }
  });

  it('knows an error of another realm', () => {
    const foreign: unknown = runInNewContext('Object.assign(new Error("x"), { code: "EMFILE" })');
    expect(foreign instanceof Error).toBe(false);
    expect(systemErrorCode(foreign)).toBe('EMFILE');
  });
});
