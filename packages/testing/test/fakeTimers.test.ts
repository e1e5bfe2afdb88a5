import { afterEach, expect, it, jest } from '@jest/globals';
import { subprocessExec } from '@subwire/transport';
import { FakeBackend, RecordingProtocol } from '../src/index.js';

afterEach(() => {
  jest.useRealTimers();
});

it('a fake child lives its whole life under the fake timers of the test runner', async () => {
  jest.useFakeTimers();
  await using backend = new FakeBackend({ autoAdvance: true });
  backend.expect('slow').reply({ stdout: 'done', delayMs: 60_000 });
  const [, protocol] = await subprocessExec(() => new RecordingProtocol(), 'slow', [], { backend });
  await protocol.lost;
  expect(protocol.text(1)).toBe('done');
  expect(protocol.log.at(-1)).toBe('lost');
});
