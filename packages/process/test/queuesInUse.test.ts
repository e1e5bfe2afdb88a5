import { describe, expect, it } from '@jest/globals';
import { OutputCollector } from '../src/process/outputCollector.js';
import { StreamReader } from '../src/reader/streamReader.js';
import { ChunkQueue } from '../src/search/chunkQueue.js';
import { SeparatorSearch, toSeparators } from '../src/search/separatorSearch.js';
import { Outcome } from '../src/wait/outcome.js';
import { grownBytes, NOISE_BYTES } from './helpers/grownBytes.js';
import { bytes } from './streamFakes.js';

describe('a queue that never gets empty does not grow', () => {
  it('of chunks', async () => {
    const queue = new ChunkQueue();
    queue.push(bytes('first'));
    const grown = await grownBytes(() => {
      queue.push(bytes('another'));
      queue.take(queue.peekFirst().length);
    });
    expect(grown).toBeLessThan(NOISE_BYTES);
    expect(queue.length).toBe('another'.length);
  });

  it('of chunks in which a separator is searched', async () => {
    const queue = new ChunkQueue();
    const search = new SeparatorSearch(toSeparators(['--', '\n']));
    queue.push(bytes('first-'));
    const grown = await grownBytes(() => {
      queue.push(bytes('-another-'));
      search.find(queue);
      queue.skip(search.matchEnd - queue.head);
    });
    expect(grown).toBeLessThan(NOISE_BYTES);
    expect(queue.length).toBe('another-'.length);
  });

  it.each([10, 1_000])('of a reader that gets %i bytes at a time and always has some left', async (size) => {
    const reader = new StreamReader();
    const line = bytes(`${'x'.repeat(size)}\n`);
    reader.feedData(line);
    const grown = await grownBytes(() => {
      reader.feedData(line);
      return reader.readuntil('\n');
    });
    expect(grown).toBeLessThan(NOISE_BYTES);
  });

  it('of the last bytes of a truncated output', async () => {
    const collector = new OutputCollector(1, { maxBytes: 20_000, overflow: 'truncate' });
    const chunk = new Uint8Array(5_000);
    const grown = await grownBytes(() => {
      collector.add(chunk);
    });
    expect(grown).toBeLessThan(NOISE_BYTES);
    expect(collector.bytes()).toHaveLength(20_000);
  });

  it('of callers that wait, while one waits on and others give up', async () => {
    const outcome = new Outcome<string>();
    const first = outcome.wait();
    const grown = await grownBytes(async () => {
      const giveUp = new AbortController();
      const other = outcome.wait(giveUp.signal).catch(() => 'gave up');
      giveUp.abort();
      await other;
    });
    expect(grown).toBeLessThan(NOISE_BYTES);
    outcome.resolve('done');
    expect(await first).toBe('done');
  });
});
