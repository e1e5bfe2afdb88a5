/** Hosts that have closed standard streams, as daemons do. */
import { expect, it, jest } from '@jest/globals';
import { runHelper } from './helpers/child.js';

jest.setTimeout(60_000);

const ENDINGS = ['exit', 'itself'];

it.each([
  ['posix', 'imported', ['2', '12', '012']],
  ['posix', 'before', ['2', '12', '012']],
  ['posix', 'after', ['2', '12', '012']],
  ['node', 'imported', ['2', '12', '012']],
  ['node', 'before', ['2', '12', '012']],
  // With more of them closed libuv itself ends the process when it starts a child.
  ['node', 'after', ['2']],
])('a host can end without its standard streams (%s backend, %s)', async (backend, use, closed) => {
  const tries = closed.flatMap((streams) => ENDINGS.map((ending) => [backend, use, streams, ending]));
  for (const args of tries) {
    const { code } = await runHelper('closedStreams.mjs', args, [], 10_000);
    expect([...args, code]).toEqual([...args, 7]);
  }
});
