/** A child that runs and cannot be watched: no resource is left that could be lacking, so the fault is made here. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, expect, it, jest } from '@jest/globals';
import { DEVNULL } from '@subwire/transport';
import type * as Exits from '../src/exit/exitWatcher.js';
import { finish, sh } from './helpers/child.js';

const fault = { on: false };

jest.mock('../src/exit/exitWatcher.js', () => {
  const { ExitWatcher } = jest.requireActual<typeof Exits>('../src/exit/exitWatcher.js');
  return {
    ExitWatcher: class extends ExitWatcher {
      constructor(...args: ConstructorParameters<typeof ExitWatcher>) {
        if (fault.on) {
          throw new RangeError('no room');
        }
        super(...args);
      }
    },
  };
});

afterEach(() => {
  fault.on = false;
});

function children(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[1] === String(process.pid);
    } catch {
      return false;
    }
  });
}

const others = children();

it.each([
  ['with pipes', {}],
  ['without', { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL }],
])('is killed, reaped, and an error of the creation (%s)', async (_title, options) => {
  await finish(await sh('exit 0'));
  fault.on = true;
  await expect(sh('exec sleep 20', options)).rejects.toMatchObject({
    name: 'SpawnError',
    stage: 'watch',
    mayHaveRun: true,
    cause: { message: 'no room' },
  });
  expect(children()).toEqual(others);
  fault.on = false;
  expect((await finish(await sh('exit 3')))[0]).toBe(3);
});
