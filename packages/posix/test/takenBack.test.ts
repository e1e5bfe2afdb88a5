/** Many creations that are aborted at once, with programs that leave a trace as soon as they run. */
import { setMaxListeners } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { finish, sh } from './helpers/child.js';

const CREATIONS = 200;

/** A call that is made, and those that wait with it, so that a thread does not wait for us. */
const UNDER_WAY = 4;

let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'subwire-'));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** Aborts all of them in the tick of their creation; returns how each ended, and how many have run. */
async function abortAll(name: string): Promise<readonly [outcomes: Set<unknown>, ran: number]> {
  const trace = join(directory, name);
  const controller = new AbortController();
  const { signal } = controller;
  setMaxListeners(0, signal);
  const creations = Array.from({ length: CREATIONS }, () =>
    sh(`echo x >>${trace}; exec sleep 60`, { signal }).then(
      () => 'started',
      ({ name }: Error) => name,
    ),
  );
  controller.abort();
  // One that was under way is killed and reaped before it is rejected.
  const outcomes = new Set(await Promise.all(creations));
  return [outcomes, existsSync(trace) ? readFileSync(trace, 'utf8').length / 2 : 0];
}

describe('creations that are all aborted in one tick', () => {
  it('run nothing but those that were under way, before there is a start thread', async () => {
    const [outcomes, ran] = await abortAll('cold');
    expect(outcomes).toEqual(new Set(['AbortError']));
    expect(ran).toBeLessThanOrEqual(UNDER_WAY);
  });

  it('run nothing but those that were under way, with a start thread', async () => {
    // The second one of a program waits for the thread.
    await finish(await sh('true'));
    await Promise.all(['one', 'two', 'three'].map(async (word) => finish(await sh(`exec echo ${word}`, { cwd: '/' }))));
    const [outcomes, ran] = await abortAll('warm');
    expect(outcomes).toEqual(new Set(['AbortError']));
    expect(ran).toBeLessThanOrEqual(UNDER_WAY);
  });

  it('keep no later one from its start', async () => {
    await abortAll('later');
    expect((await finish(await sh('echo here')))[1]).toBe('here\n');
  });
});
