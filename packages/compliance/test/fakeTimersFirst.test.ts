/** The suite where the fake timers of Jest were there before the packages, as with `fakeTimers: { enableGlobally: true }`. */
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import type * as posix from '@subwire/posix';
import type * as testing from '@subwire/testing';
import type * as transport from '@subwire/transport';
import type * as compliance from '../src/index.js';

// Before the packages are loaded: imports would be moved in front of it, so they are loaded by `require`.
jest.useFakeTimers();
/* eslint-disable @typescript-eslint/no-require-imports */
const { isSupported, posixBackend } = require('@subwire/posix') as typeof posix;
const { nodeBackend } = require('@subwire/transport') as typeof transport;
const { backendSubject, complianceCases, fakeSubject, registerCompliance } =
  require('@subwire/testing') as typeof testing;
const { processCases } = require('../src/index.js') as typeof compliance;
/* eslint-enable @typescript-eslint/no-require-imports */

/** Areas in which timers, turns and microtasks matter. */
const AREAS = ['order.', 'handOver.', 'flowControl.', 'close.', 'context.', 'heldPipes.', 'abort.'];
const PROCESS_AREAS = ['process.wait', 'process.communicate', 'process.stop', 'process.run-timeout', 'process.drain'];

afterAll(() => {
  jest.useRealTimers();
});

it('the timers are the fake ones', () => {
  expect(jest.getTimerCount()).toBe(0);
  setTimeout(() => undefined, 1);
  expect(jest.getTimerCount()).toBe(1);
  jest.clearAllTimers();
});

const subjects = [backendSubject(nodeBackend), fakeSubject()];
if (isSupported().ok) {
  subjects.push(backendSubject(posixBackend));
}
describe.each(subjects.map((subject) => [subject.name, subject] as const))('%s', (_, subject) => {
  const cases = [
    ...complianceCases(subject).filter(({ id }) => AREAS.some((area) => id.startsWith(area))),
    ...processCases(subject).filter(({ id }) => PROCESS_AREAS.some((area) => id.startsWith(area))),
  ];
  registerCompliance(cases, { describe, it });
});
