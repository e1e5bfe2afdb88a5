import { describe, expect, it, jest } from '@jest/globals';
import { FakeBackend } from '../src/fake/fakeBackend.js';
import { bytes, start } from './helpers/started.js';

describe('a child written as a function', () => {
  it('returns its exit code, and nothing is 0', async () => {
    const backend = new FakeBackend();
    backend.expect('prog').run(
      () => undefined,
      () => 7,
      async ({ stdout }) => {
        await stdout.write('hi');
        return 1;
      },
    );
    const codes = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const { protocol, transport } = await start(backend);
      await protocol.lost;
      codes.push(transport.getReturncode());
    }
    expect(codes).toEqual([0, 7, 1]);
    backend.assertNoPending();
    backend.assertNoLiveChildren();
  });

  it('reads its input and answers', async () => {
    const backend = new FakeBackend();
    backend.expect('cat').run(async ({ stdin, stdout }) => {
      for await (const chunk of stdin) {
        await stdout.write(chunk);
      }
    });
    const { stdin, protocol } = await start(backend, 'cat');
    stdin.write(bytes('one '));
    stdin.write(bytes('two'));
    stdin.close();
    await protocol.lost;
    expect(protocol.text(1)).toBe('one two');
  });

  it('handles a signal, also with a handler that ends it', async () => {
    const backend = new FakeBackend();
    backend.expect('prog').run(
      ({ on, exit, forever }) => {
        on('SIGTERM', () => exit(42));
        return forever();
      },
      ({ on, exit, sleep, forever }) => {
        on('SIGTERM', async () => {
          await sleep(100);
          exit(43);
        });
        return forever();
      },
    );
    for (const code of [42, 43]) {
      const { transport, protocol } = await start(backend);
      await backend.settle();
      transport.terminate();
      await backend.clock.advance(100);
      await protocol.lost;
      expect(transport.getReturncode()).toBe(code);
    }
    backend.assertNoPending();
  });

  it('crashes with 1 when it throws, and the test hears of it', async () => {
    const backend = new FakeBackend();
    backend.expect('prog').run(
      () => {
        throw new Error('bug in the fake');
      },
      ({ on, forever }) => {
        on('SIGTERM', () => {
          throw new Error('bug in the handler');
        });
        return forever();
      },
    );
    const first = await start(backend);
    await first.protocol.lost;
    expect(first.transport.getReturncode()).toBe(1);
    const second = await start(backend);
    await backend.settle();
    second.transport.terminate();
    await second.protocol.lost;
    expect(second.transport.getReturncode()).toBe(1);
    expect(() => {
      backend.assertNoPending();
    }).toThrow(/bug in the fake[\s\S]*bug in the handler/);
  });

  it('is not woken any more once it has ended: nothing to catch, nothing unhandled', async () => {
    const backend = new FakeBackend();
    const woken: string[] = [];
    backend.expect('prog').run(async ({ sleep, stdout }) => {
      void stdout.write('not awaited'.repeat(10_000));
      for (;;) {
        try {
          await sleep(1_000);
        } catch {
          woken.push('caught');
        } finally {
          woken.push('woken');
        }
      }
    });
    const { transport, protocol } = await start(backend);
    await backend.clock.advance(2_000);
    transport.kill();
    await protocol.lost;
    await backend.clock.advance(10_000);
    expect(woken).toEqual(['woken', 'woken']);
    expect(backend.clock.pendingTimers).toBe(0);
  });

  it('stands still while it is stopped', async () => {
    const backend = new FakeBackend();
    backend.expect('prog').run(async ({ sleep, stdout }) => {
      await sleep(10);
      await stdout.write('after');
    });
    const { transport, protocol } = await start(backend);
    await backend.settle();
    transport.sendSignal('SIGSTOP');
    await backend.clock.advance(1_000);
    expect(protocol.log).toEqual(['made']);
    transport.sendSignal('SIGCONT');
    await protocol.lost;
    expect(protocol.text(1)).toBe('after');
  });

  it('dies of SIGPIPE when nobody reads, or gets EPIPE if it ignores that', async () => {
    const backend = new FakeBackend({ capacityBytes: 64 });
    const seen: unknown[] = [];
    backend.expect('yes').run(
      async ({ stdout }) => {
        for (;;) await stdout.write('y\n');
      },
      async ({ stdout, on }) => {
        on('SIGPIPE', 'ignore');
        try {
          for (;;) await stdout.write('y\n');
        } catch (error) {
          seen.push((error as { code?: string }).code);
          return 3;
        }
      },
    );
    for (const code of [-13, 3]) {
      const { transport, protocol } = await start(backend, 'yes');
      await protocol.until('data:1');
      transport.getPipeTransport(1)?.close();
      await protocol.lost;
      expect(transport.getReturncode()).toBe(code);
    }
    expect(seen).toEqual(['EPIPE']);
  });

  it('waits on its own clock while the runner fakes the timers', async () => {
    // What is no timer has to stay: promises need it.
    jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] });
    try {
      const backend = new FakeBackend({ autoAdvance: true });
      backend.expect('slow').reply({ stdout: 'at last', delayMs: 3_600_000 });
      const { protocol } = await start(backend, 'slow');
      await protocol.lost;
      expect(protocol.text(1)).toBe('at last');
      expect(backend.clock.now()).toBe(3_600_000);
    } finally {
      jest.useRealTimers();
    }
  });
});
