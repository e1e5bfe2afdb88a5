/** The examples of the testing pages, run under the runners that they are written for. */
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { run } from '@subwire/process';
// Its tests become tests of this file.
import '../src/testing/withJest.js';

const examples = path.resolve(__dirname, '..');

describe('under node:test', () => {
  it.each(['withNodeTest', 'failures', 'recordAndReplay'])('%s passes', async (name) => {
    // Which reporter is the default depends on the version of Node.
    const args = ['--test', '--test-reporter=tap', `dist/testing/${name}.js`];
    const { returncode, stdout } = await run(process.execPath, args, {
      cwd: examples,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    });
    expect(stdout).toMatch(/^# fail 0$/m);
    expect(stdout).not.toMatch(/^# pass 0$/m);
    expect(returncode).toBe(0);
  });
});

describe('under vitest', () => {
  it.each([
    ['withVitest', /Tests\s+4 passed/],
    ['suiteWithVitest', /Tests\s+\d+ passed \| 1 skipped/],
  ])('%s passes', async (name, summary) => {
    const vitest = path.join(examples, 'node_modules/vitest/vitest.mjs');
    const { returncode, stdout } = await run(process.execPath, [vitest, 'run', `dist/testing/${name}.test.js`], {
      cwd: examples,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], NO_COLOR: '1' },
    });
    expect(stdout).toMatch(summary);
    expect(returncode).toBe(0);
  });
});
