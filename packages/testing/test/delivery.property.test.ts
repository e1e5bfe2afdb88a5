/** However a fake cuts and shuffles, the bytes are the same and the callbacks keep their grammar. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Chunking } from '../src/bytes/chunking.js';
import { FakeBackend } from '../src/fake/fakeBackend.js';
import { bytes, start, startByHand } from './helpers/started.js';

const chunking: fc.Arbitrary<Chunking> = fc.oneof(
  fc.constantFrom<Chunking>('written', 'coalesced', 'bytes', 'random', 'codePoints', 'crlf'),
  fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
);
const text = fc.string({ unit: fc.constantFrom('a', '\r\n', 'é', '€', '😀', '\n'), maxLength: 40 });
const step = fc.oneof(
  fc.record({ do: fc.constant('write' as const), fd: fc.constantFrom(1, 2), text }),
  fc.record({
    do: fc.constantFrom('closeFd' as const, 'hold' as const),
    fd: fc.constantFrom(1, 2),
    text: fc.constant(''),
  }),
  fc.record({ do: fc.constant('turn' as const), fd: fc.constant(1), text: fc.constant('') }),
);

describe('delivery', () => {
  it('brings the same bytes whatever the cuts, the order and the capacity', async () => {
    await fc.assert(
      fc.asyncProperty(
        chunking,
        fc.option(fc.nat(), { nil: undefined }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(text, { maxLength: 6 }),
        fc.boolean(),
        async (way, seed, capacityBytes, parts, slow) => {
          const backend = new FakeBackend({ chunking: way, capacityBytes, ...(seed === undefined ? {} : { seed }) });
          backend.expect('prog').run(async ({ stdout, stderr, stdin }) => {
            for (const part of parts) {
              await Promise.all([stdout.write(part), stderr.write(part.toUpperCase())]);
            }
            return (await stdin.readAll()).length % 256;
          });
          const { protocol, strict, stdin, transport } = await start(backend);
          const input = bytes(parts.join('-'));
          stdin.write(input);
          stdin.close();
          if (slow) {
            const output = transport.getPipeTransport(1);
            if (output === null || !('pauseReading' in output)) throw new Error('no output');
            output.pauseReading();
            await backend.settle();
            output.resumeReading();
          }
          await protocol.lost;
          expect(protocol.text(1)).toBe(parts.join(''));
          expect(protocol.text(2)).toBe(parts.join('').toUpperCase());
          expect(transport.getReturncode()).toBe(input.length % 256);
          expect(strict.violations).toEqual([]);
          backend.assertNoPending();
          backend.assertNoLiveChildren();
        },
      ),
      { numRuns: 150 },
    );
  });

  it('keeps the grammar for every seed, whatever a child does by hand', async () => {
    await fc.assert(
      fc.asyncProperty(chunking, fc.nat(), fc.array(step, { maxLength: 12 }), async (way, seed, steps) => {
        const { backend, child, protocol, strict, stdin } = await startByHand({ chunking: way, seed });
        const wrote = { 1: '', 2: '' };
        const closed = new Set<number>();
        for (const one of steps) {
          const fd = one.fd;
          if (one.do === 'write') {
            void child.write(fd, one.text);
            wrote[fd] += closed.has(fd) ? '' : one.text;
          } else if (one.do === 'closeFd') {
            closed.add(fd);
            child.closeFd(fd);
          } else if (one.do === 'hold') {
            if (!closed.has(fd)) child.hold([fd]);
          } else {
            await backend.settle();
          }
          stdin.write(bytes('x'));
        }
        child.exit(5);
        child.releaseHolders();
        await protocol.lost;
        expect([protocol.text(1), protocol.text(2)]).toEqual([wrote[1], wrote[2]]);
        expect(strict.violations).toEqual([]);
        expect(protocol.log[0]).toBe('made');
        expect(protocol.log.at(-1)).toBe('lost');
        expect(protocol.log.filter((entry) => entry === 'exited:5')).toHaveLength(1);
        for (const fd of [0, 1, 2]) {
          expect(protocol.log.filter((entry) => entry.startsWith(`lost:${fd}`))).toHaveLength(1);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('is the same in every run with the same seed, and differs between seeds', async () => {
    const logOf = async (seed: number): Promise<string> => {
      const backend = new FakeBackend({ seed, chunking: 'random' });
      backend.expect('prog').reply({ stdout: 'some output', stderr: 'some errors', exit: 1 });
      const { protocol } = await start(backend);
      await protocol.lost;
      return protocol.log.join();
    };
    const logs = await Promise.all(Array.from({ length: 100 }, (_, seed) => logOf(seed)));
    const again = await Promise.all(Array.from({ length: 100 }, (_, seed) => logOf(seed)));
    expect(again).toEqual(logs);
    expect(new Set(logs).size).toBeGreaterThan(50);
    // The exit may come before the output and after it, and stderr before stdout.
    expect(logs.some((log) => log.indexOf('exited') < log.indexOf('data:1'))).toBe(true);
    expect(logs.some((log) => log.indexOf('exited') > log.indexOf('lost:1'))).toBe(true);
    expect(logs.some((log) => log.indexOf('data:2') < log.indexOf('data:1'))).toBe(true);
  });
});
