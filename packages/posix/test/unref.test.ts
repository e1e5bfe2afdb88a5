/** Whether a child keeps its host alive; the hosts are real. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, jest } from '@jest/globals';
import { runHelper } from './helpers/child.js';

jest.setTimeout(60_000);

const SHORTEST_SLEEP_MS = 250;

interface Host {
  readonly lines: readonly string[];
  readonly ms: number;
}

async function host(task: string): Promise<Host> {
  const started = performance.now();
  const { code, stdout, stderr } = await runHelper('unref.mjs', [task], [], 20_000);
  expect([code, stderr]).toEqual([0, '']);
  return { lines: stdout.split('\n'), ms: performance.now() - started };
}

/** Ends a child that its host has left behind; it must have been running. */
function endOrphan(line: string | undefined): void {
  const pid = Number(line);
  expect(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.slice(0, 1)).toBe('S');
  process.kill(pid, 'SIGKILL');
}

describe('a host', () => {
  it('waits for its child by default', async () => {
    const { lines, ms } = await host('default');
    expect(lines).toEqual(['ended']);
    expect(ms).toBeGreaterThan(SHORTEST_SLEEP_MS);
  });

  it.each(['unref', 'unref without pipes'])('ends before a child with %s', async (task) => {
    const { lines } = await host(task);
    expect(lines).toHaveLength(1);
    endOrphan(lines[0]);
  });

  it('waits again after ref', async () => {
    const { lines, ms } = await host('unref twice, ref once');
    expect(lines).toEqual(['ended']);
    expect(ms).toBeGreaterThan(SHORTEST_SLEEP_MS);
  });

  it('waits for the others of its children', async () => {
    const { lines } = await host('beside another');
    expect(lines[1]).toBe('other ended');
    endOrphan(lines[0]);
  });

  it('hears of a child with unref as long as it runs', async () => {
    expect((await host('heard meanwhile')).lines).toEqual(['hello 3']);
  });

  it('ends though a descendant holds a pipe of an ended child with unref', async () => {
    const { lines } = await host('held pipe');
    endOrphan(lines[0]);
  });
});
