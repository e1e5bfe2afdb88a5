import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const dist = path.resolve(__dirname, '../dist');
const jestCli = require.resolve('jest/bin/jest');
const onLinux = process.platform === 'linux' ? it : it.skip;

interface Run {
  readonly code: number;
  readonly lastLine: string;
  readonly report: string;
}

/** Runs Jest, with this repository's environment and reporter, on one file in a folder of its own. */
describe('a test run', () => {
  let root = '';

  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), 'subwire-run-'));
  });

  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  async function run(name: string, source: string, CI = ''): Promise<Run> {
    const folder = path.join(root, name);
    mkdirSync(folder);
    const config = {
      testEnvironment: path.join(dist, 'leakGuardEnvironment.js'),
      reporters: ['default', path.join(dist, 'closingLineReporter.js')],
      transform: {},
    };
    writeFileSync(path.join(folder, 'package.json'), '{}');
    writeFileSync(path.join(folder, 'jest.config.json'), JSON.stringify(config));
    writeFileSync(path.join(folder, 'a.test.js'), source);
    return await new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        [jestCli],
        { cwd: folder, env: { ...process.env, CI } },
        (error, stdout, stderr) => {
          const lastLine = stdout.trimEnd().split('\n').at(-1) ?? '';
          resolve({ code: error === null ? 0 : (child.exitCode ?? -1), lastLine, report: stderr });
        },
      );
    });
  }

  it('ends with the counts and success when all is well', async () => {
    const result = await run('clean', `test('a', () => {}); test.todo('b');`);
    expect(result).toMatchObject({ code: 0, lastLine: '1 passed, 0 failed, 1 skipped' });
  });

  it('fails under CI when a test is skipped that no list allows', async () => {
    const result = await run('skipping', `test('a', () => {}); test.skip('b', () => {});`, 'true');
    expect(result).toMatchObject({ code: 1, lastLine: '1 passed, 0 failed, 1 skipped' });
    expect(result.report).toContain('a.test.js: b');
  });

  it('fails when a test fails', async () => {
    const result = await run('failing', `test('a', () => { throw new Error('x'); }); test('b', () => {});`);
    expect(result).toMatchObject({ code: 1, lastLine: '1 passed, 1 failed' });
  });

  it('fails when a file cannot be loaded', async () => {
    const result = await run('unloadable', `require('./absent');`);
    expect(result).toMatchObject({ code: 1, lastLine: '0 passed, 1 failed' });
  });

  it('fails when every test is skipped', async () => {
    const result = await run('skipped', `test.skip('a', () => {});`);
    expect(result).toMatchObject({ code: 1, lastLine: '0 passed, 0 failed, 1 skipped' });
    expect(result.report).toContain('No test ran.');
  });

  it('accepts what the afterAll hooks of a file clean up', async () => {
    const source = `const timer = setInterval(() => {}, 1000);
      afterAll(() => clearInterval(timer));
      test('a', () => {});`;
    expect(await run('cleaned', source)).toMatchObject({ code: 0, lastLine: '1 passed, 0 failed' });
  });

  it('fails a file that leaves a timer behind, names it, and still ends', async () => {
    const result = await run('timer', `test('a', () => { setInterval(() => {}, 1000); });`);
    expect(result).toMatchObject({ code: 1, lastLine: '1 passed, 1 failed' });
    expect(result.report).toContain('This test file leaks:');
    expect(result.report).toMatch(/active timer, set at .*a\.test\.js:1:/);
  });

  onLinux('fails a file that leaves a child and a descriptor behind, and ends the child', async () => {
    const source = `test('a', () => {
        require('node:fs').openSync('/dev/null', 'r');
        require('node:child_process').spawn('sleep', ['1000']);
      });`;
    const result = await run('child', source);
    expect(result).toMatchObject({ code: 1, lastLine: '1 passed, 1 failed' });
    expect(result.report).toMatch(/live child \d+ \(sleep\)/);
    expect(result.report).toMatch(/open descriptor \d+ -> \/dev\/null/);
    const pid = Number(/live child (\d+)/.exec(result.report)?.[1]);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});
