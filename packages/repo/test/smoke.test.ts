import { expect, it } from '@jest/globals';

it('adds', () => {
  expect(1 + 1).toBe(2);
});
