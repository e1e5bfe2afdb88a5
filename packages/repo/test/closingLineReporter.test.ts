import { describe, expect, it } from '@jest/globals';
import { closingLine, skippedTests, type Counts } from '../src/closingLineReporter.js';

const nothing: Counts = {
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
};

describe('closingLine', () => {
  it('says how many tests passed and failed', () => {
    expect(closingLine({ ...nothing, numPassedTests: 12, numFailedTests: 3 })).toBe('12 passed, 3 failed');
  });

  it('counts a todo as skipped', () => {
    const counts = { ...nothing, numPassedTests: 1, numPendingTests: 2, numTodoTests: 1 };
    expect(closingLine(counts)).toBe('1 passed, 0 failed, 3 skipped');
  });

  it('counts a file that failed to run as one failure', () => {
    const testResults = [{ testExecError: { message: 'cannot load' } }, {}];
    expect(closingLine({ ...nothing, numPassedTests: 5, testResults })).toBe('5 passed, 1 failed');
  });
});

describe('skippedTests', () => {
  it('names the file and the title of what did not run', () => {
    const testResults = [
      { status: 'passed', fullName: 'a runs' },
      { status: 'pending', fullName: 'a is skipped' },
      { status: 'todo', fullName: 'a is missing' },
    ];
    expect(skippedTests('/repo', [{ testFilePath: '/repo/packages/a/test/a.test.ts', testResults }])).toEqual([
      'packages/a/test/a.test.ts: a is skipped',
      'packages/a/test/a.test.ts: a is missing',
    ]);
  });
});
