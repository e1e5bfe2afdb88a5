import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { forbiddenSkips, parseExpectedSkips, unexpectedSkips } from '../src/expectedSkips.js';

const root = path.resolve(__dirname, '../../..');

describe('expected skips', () => {
  const patterns = parseExpectedSkips(`
    # a reason
    packages/a/test/x.test.ts: group * [lacks loss]
    packages/a/test/y.test.ts: needs (root)
  `);

  it('allow what a line names, with any text for a star', () => {
    const skipped = [
      'packages/a/test/x.test.ts: group loss.x: title [lacks loss]',
      'packages/a/test/y.test.ts: needs (root)',
    ];
    expect(unexpectedSkips(skipped, patterns)).toEqual([]);
  });

  it('leave every other one', () => {
    const skipped = [
      'packages/a/test/x.test.ts: group x [lacks pids]',
      'packages/a/test/y.test.ts: needs root',
      'other',
    ];
    expect(unexpectedSkips(skipped, patterns)).toEqual(skipped);
  });

  it('are asked for only where CI is true', () => {
    expect(forbiddenSkips(root, ['nobody knows it'], { CI: 'true' })).toEqual(['nobody knows it']);
    expect(forbiddenSkips(root, ['nobody knows it'], {})).toEqual([]);
  });
});
