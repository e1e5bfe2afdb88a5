import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { leakedChildren, leaksSince, settled, snapshotResources } from '../src/resources.js';

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

  it('counts timers and listening servers', async () => {
    const before = snapshotResources();
    const timer = setInterval(() => undefined, 60_000);
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const leaks = leaksSince(before);
    clearInterval(timer);
    server.close();
    await once(server, 'close');
    expect(leaks).toContain('1 active Timeout');
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
    expect(await settled(() => leaksSince(before))).toEqual([]);
  });

  onLinux('names a zombie', async () => {
    const before = snapshotResources();
    const child = spawn('true', { stdio: 'ignore' });
    const exited = once(child, 'exit');
    // Node reaps in a turn of its loop: a blocked loop leaves the zombie visible.
    const leaks = waitSynchronouslyFor(() => leaksSince(before).filter((leak) => leak.startsWith('zombie child')));
    await exited;
    expect(leaks.join('\n')).toMatch(/zombie child \d+ \(.+\)/);
    expect(await settled(() => leaksSince(before))).toEqual([]);
  });
});

describe('settled', () => {
  it('waits for a handle that closes within the grace period', async () => {
    const before = snapshotResources();
    setTimeout(() => undefined, 50);
    expect(leaksSince(before)).toEqual(['1 active Timeout']);
    expect(await settled(() => leaksSince(before))).toEqual([]);
  });

  it('reports what is still there when the grace period is over', async () => {
    const before = snapshotResources();
    const timer = setInterval(() => undefined, 60_000);
    const leaks = await settled(() => leaksSince(before), 30);
    clearInterval(timer);
    expect(leaks).toEqual(['1 active Timeout']);
  });
});

function waitSynchronouslyFor(find: () => string[]): string[] {
  const deadline = performance.now() + 5_000;
  for (;;) {
    const found = find();
    if (found.length > 0 || performance.now() > deadline) return found;
  }
}
