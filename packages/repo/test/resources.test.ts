import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { leakedChildren, leaksSince, settled, snapshotResources, type ResourceSnapshot } from '../src/resources.js';

const onLinux = process.platform === 'linux' ? it : it.skip;

describe('leaksSince', () => {
  it('finds nothing when nothing happened', () => {
    expect(leaksSince(snapshotResources())).toEqual([]);
  });

  onLinux('names an open descriptor and what it points to', () => {
    const before = snapshotResources();
    const fd = openSync('/dev/null', 'r');
    const leaks = leaksSince(before);
    closeSync(fd);
    expect(leaks).toEqual([`open descriptor ${fd} -> /dev/null`]);
    expect(leaksSince(before)).toEqual([]);
  });

  onLinux('sees that a descriptor number now points elsewhere', () => {
    const placeholder = openSync('/dev/null', 'r');
    const before = snapshotResources();
    closeSync(placeholder);
    const reused = openSync('/dev/zero', 'r');
    const leaks = leaksSince(before);
    closeSync(reused);
    expect(reused).toBe(placeholder);
    expect(leaks).toEqual([`open descriptor ${reused} -> /dev/zero`]);
  });

  // In one turn: in a later one there may also be a timer of the test runner's.
  it('counts timers', () => {
    const before = snapshotResources();
    const timers = [1, 2].map(() => setInterval(() => undefined, 60_000));
    const leaks = leaksSince(before);
    timers.forEach(clearInterval);
    expect(leaks).toEqual(['2 active Timeout']);
  });

  it('counts listening servers', async () => {
    const before = snapshotResources();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const leaks = leaksSince(before);
    server.close();
    await once(server, 'close');
    expect(leaks).toContain('1 active TCPServerWrap');
  });

  it('ignores what is gone or fewer than before', () => {
    const timer = setInterval(() => undefined, 60_000);
    const before = snapshotResources();
    clearInterval(timer);
    expect(leaksSince(before)).toEqual([]);
  });

  onLinux('names a live child', async () => {
    const before = snapshotResources();
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const leaks = leaksSince(before);
    const pids = leakedChildren(before);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(leaks.join('\n')).toMatch(new RegExp(`live child ${child.pid} \\(.+\\)`));
    expect(pids).toEqual([child.pid]);
    expect(await settled(() => childrenSince(before))).toEqual([]);
  });

  onLinux('names a zombie', async () => {
    const before = snapshotResources();
    const child = spawn('true', { stdio: 'ignore' });
    const exited = once(child, 'exit');
    // Node reaps in a turn of its loop: a blocked loop leaves the zombie visible.
    const leaks = waitSynchronouslyFor(() => leaksSince(before).filter((leak) => leak.startsWith('zombie child')));
    await exited;
    expect(leaks.join('\n')).toMatch(/zombie child \d+ \(.+\)/);
    expect(await settled(() => childrenSince(before))).toEqual([]);
  });
});

describe('settled', () => {
  // What it looks for is made up: what the test runner does meanwhile must not count.
  it('asks again until nothing is there', async () => {
    const found = [['a', 'b'], ['b'], [], ['too late']];
    expect(await settled(() => found.shift() ?? [], 60_000)).toEqual([]);
    expect(found).toEqual([['too late']]);
  });

  it('reports what was there last when the grace period is over', async () => {
    let asked = 0;
    const leaks = await settled(() => {
      asked += 1;
      return [`found ${asked}`];
    }, 30);
    expect(leaks).toEqual([`found ${asked}`]);
  });
});

/** The children among the leaks. */
function childrenSince(before: ResourceSnapshot): string[] {
  return leaksSince(before).filter((leak) => leak.includes(' child '));
}

function waitSynchronouslyFor(find: () => string[]): string[] {
  const deadline = performance.now() + 5_000;
  for (;;) {
    const found = find();
    if (found.length > 0 || performance.now() > deadline) return found;
  }
}
