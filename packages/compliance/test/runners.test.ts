import { describe, expect, it } from '@jest/globals';
import { run } from '@subwire/process';

/** Three cases under `node:test`: one that passes, one that lacks something, one that must fail and does not. */
const PROGRAM = `
  import { describe, it } from 'node:test';
  import { nodeBackend } from '@subwire/transport';
  import { backendSubject, complianceCases, registerCompliance } from '@subwire/testing';
  const ids = ['exit.code', 'output.reopened', 'spawn.pid'];
  const subject = backendSubject(nodeBackend, { knownFailures: ['spawn.pid'] });
  registerCompliance(complianceCases(subject).filter((one) => ids.includes(one.id)), { describe, it });
`;

describe('the suite under node:test', () => {
  it('passes, skips and fails as it should', async () => {
    const args = ['--test-reporter=tap', '--input-type=module', '-e', PROGRAM];
    const env = { PATH: process.env['PATH'], NODE_OPTIONS: '' };
    const { stdout, stderr } = await run(process.execPath, args, { cwd: `${__dirname}/..`, env, encoding: 'utf8' });
    expect(`${stdout}${stderr}`).toMatch(/^# pass 1$/m);
    expect(stdout).toMatch(/^# fail 1$/m);
    expect(stdout).toMatch(/^# skipped 1$/m);
    expect(stdout).toMatch(/not ok \d+ - spawn\.pid: .*\[known failure\]/);
    expect(stdout).toMatch(/output\.reopened: .*\[lacks pipes.pipe\] # SKIP/);
  });
});
