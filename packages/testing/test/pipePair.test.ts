import { describe, expect, it } from '@jest/globals';
import { connectReadPipe, connectWritePipe, Protocol } from '@subwire/transport';
import { memoryReadPipe, memoryWritePipe } from '../src/fake/pipePair.js';
import { bytes } from './helpers/started.js';

class Log extends Protocol {
  readonly lines: string[] = [];
  override dataReceived(data: Uint8Array): void {
    this.lines.push(Buffer.from(data).toString());
  }
  override eofReceived(): void {
    this.lines.push('eof');
  }
  override connectionLost(exc: Error | null): void {
    this.lines.push(exc === null ? 'lost' : `lost: ${exc.message}`);
  }
  override pauseWriting(): void {
    this.lines.push('pause');
  }
  override resumeWriting(): void {
    this.lines.push('resume');
  }
}

describe('a pipe in memory', () => {
  it('is read through connectReadPipe', async () => {
    const memory = memoryReadPipe({ chunking: [2], capacityBytes: 3 });
    const [, log] = await connectReadPipe(() => new Log(), memory.pipe);
    expect(await memory.write('abcde')).toBe('taken');
    memory.end();
    memory.end();
    await memory.settle();
    expect(log.lines.join('|')).toBe('ab|cd|e|eof|lost');
    expect(await memory.write('x')).toBe('broken');
  });

  it('can fail, after what is in it', async () => {
    const memory = memoryReadPipe();
    const [, log] = await connectReadPipe(() => new Log(), memory.pipe);
    void memory.write('last');
    memory.fail(new Error('EIO'));
    await memory.settle();
    expect(log.lines).toEqual(['last', 'lost: EIO']);
  });

  it('is written through connectWritePipe, with back-pressure', async () => {
    const memory = memoryWritePipe({ capacityBytes: 4 });
    const [transport, log] = await connectWritePipe(() => new Log(), memory.pipe);
    transport.setWriteBufferLimits({ high: 4, low: 0 });
    transport.write(bytes('0123456789'));
    expect(log.lines).toEqual(['pause']);
    expect(Buffer.from(await memory.read()).toString()).toBe('0123');
    expect(Buffer.from(await memory.read()).toString()).toBe('4567');
    await memory.settle();
    expect(log.lines).toEqual(['pause', 'resume']);
    transport.close();
    await memory.settle();
    expect(memory.ended).toBe(true);
    expect(Buffer.from(await memory.read()).toString()).toBe('89');
    expect(await memory.read()).toHaveLength(0);
    expect(log.lines).toEqual(['pause', 'resume', 'lost']);
  });

  it('breaks when its reader goes', async () => {
    const memory = memoryWritePipe({ capacityBytes: 1 });
    const [transport, log] = await connectWritePipe(() => new Log(), memory.pipe);
    transport.write(bytes('unread'));
    memory.close();
    await memory.settle();
    expect(log.lines).toEqual(['lost: the reader of the pipe went away']);
    expect(memory.ended).toBe(false);
  });
});
