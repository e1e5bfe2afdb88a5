/** How a child ended, besides its return code, on each of the ways to watch it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { ChildExit } from '@subwire/transport';
import type * as Features from '../src/exit/kernelFeatures.js';
import { kernelFeatures, type KernelFeatures } from '../src/exit/kernelFeatures.js';
import { posixBackend } from '../src/index.js';
import { finish, sh } from './helpers/child.js';

jest.mock('../src/exit/kernelFeatures.js', () => {
  const actual = jest.requireActual<typeof Features>('../src/exit/kernelFeatures.js');
  return { ...actual, kernelFeatures: jest.fn(actual.kernelFeatures) };
});

const ways: [string, Partial<KernelFeatures>][] = [
  ['by pidfd', {}],
  ['by number', { pidfds: null, pidfdGroup: false }],
];

let directory = '';

afterEach(() => {
  if (directory !== '') {
    rmSync(directory, { recursive: true });
    directory = '';
  }
});

async function endOf(command: string, cwd?: string): Promise<ChildExit> {
  const child = await sh(command, cwd === undefined ? {} : { cwd });
  await finish(child);
  return child.transport.getExtraInfo('exit') as ChildExit;
}

/** Uses processor time until the system says that it was so much. */
const burn = (ms: number): string =>
  `exec ${process.execPath} -e 'while (process.resourceUsage().userCPUTime < ${ms * 1000});'`;

describe.each(ways)('the end of a child watched %s', (_way, less) => {
  const actual = kernelFeatures();

  afterEach(() => {
    jest.mocked(kernelFeatures).mockReturnValue(actual);
  });

  it('tells what it used', async () => {
    jest.mocked(kernelFeatures).mockReturnValue({ ...actual, ...less });
    expect(posixBackend.supports.resourceUsage).toBe(true);
    const { returncode, resourceUsage } = await endOf(burn(150));
    expect(returncode).toBe(0);
    expect(resourceUsage?.userCpuMs).toBeGreaterThanOrEqual(150);
    expect(resourceUsage?.userCpuMs).toBeLessThan(3_000);
    expect(resourceUsage?.maxRssBytes).toBeGreaterThan(20_000_000);
    expect(resourceUsage?.minorPageFaults).toBeGreaterThan(100);
    expect(Object.values(resourceUsage ?? {}).every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
    const idle = await endOf('exit 3');
    expect(idle).toMatchObject({ returncode: 3, coreDumped: false });
    expect(idle.resourceUsage?.userCpuMs).toBeLessThan(100);
  });

  it('counts what its own children used, once it has reaped them', async () => {
    jest.mocked(kernelFeatures).mockReturnValue({ ...actual, ...less });
    const { resourceUsage } = await endOf(`(${burn(120)}); exit 0`);
    expect(resourceUsage?.userCpuMs).toBeGreaterThanOrEqual(120);
  });

  it('tells of a core dump', async () => {
    jest.mocked(kernelFeatures).mockReturnValue({ ...actual, ...less });
    directory = mkdtempSync(join(tmpdir(), 'subwire-'));
    expect(await endOf('ulimit -c 0; kill -QUIT $$', directory)).toMatchObject({ returncode: -3, coreDumped: false });
    // What the shell of the system says of its own child is the measure: where cores go is not ours to know.
    const reference =
      'import os, signal, resource\npid = os.fork()\nif pid == 0:\n os.kill(os.getpid(), signal.SIGQUIT)\nprint(os.WCOREDUMP(os.waitpid(pid, 0)[1]))';
    const python = await sh(`ulimit -c unlimited; exec python3 -c '${reference}'`, { cwd: directory });
    const [code, stdout] = await finish(python);
    const dumps = code === 0 ? stdout.trim() === 'True' : null;
    const { returncode, coreDumped } = await endOf('ulimit -c unlimited; kill -QUIT $$', directory);
    expect(returncode).toBe(-3);
    if (dumps !== null) {
      expect(coreDumped).toBe(dumps);
    }
  });
});
