import { describe, expect, it } from '@jest/globals';
import { CallbackQueue } from '../src/machine/callbackQueue.js';
import { BrokenPipeError, type CallbackError, ValueError } from '../src/contract/errors.js';
import { WritePipeTransport } from '../src/machine/writePipeTransport.js';
import { bytes, pattern } from './helpers/bytes.js';
import { RecordingPipeProtocol } from './helpers/recordingProtocol.js';
import { StubWritePipe } from './helpers/stubChild.js';

interface Connected {
  readonly pipe: StubWritePipe;
  readonly protocol: RecordingPipeProtocol;
  readonly transport: WritePipeTransport;
  readonly errors: CallbackError[];
}

function connected(high?: number): Connected {
  const pipe = new StubWritePipe();
  const protocol = new RecordingPipeProtocol();
  const errors: CallbackError[] = [];
  const queue = new CallbackQueue((error) => errors.push(error));
  const transport = new WritePipeTransport(pipe, protocol, queue);
  queue.open('connectionMade', () => undefined);
  if (high !== undefined) {
    transport.setWriteBufferLimits({ high });
  }
  return { pipe, protocol, transport, errors };
}

describe('a write pipe', () => {
  // test_write, test_dont_pause_writing
  it('buffers nothing and never pauses when the system takes everything at once', () => {
    const { pipe, protocol, transport } = connected(0);
    pipe.takesAll = true;
    transport.write(pattern(1_000_000));
    expect(transport.getWriteBufferSize()).toBe(0);
    expect(protocol.lines).toEqual([]);
    expect(Buffer.concat(pipe.chunks).equals(pattern(1_000_000))).toBe(true);
  });

  // test_write_no_data
  it('does not pass an empty chunk down', () => {
    const { pipe, transport } = connected();
    transport.write(new Uint8Array(0));
    transport.writelines([]);
    transport.writelines([new Uint8Array(0)]);
    expect(pipe.chunks).toEqual([]);
  });

  // test_write_more, test_loop_writing*, test_write_partial, test_write_again, test_write_buffer, test__write_ready, …_partial
  it('counts what was not taken yet, and sends in order', () => {
    const { pipe, transport } = connected();
    transport.write(bytes('abc'));
    transport.write(bytes('de'));
    expect(transport.getWriteBufferSize()).toBe(5);
    pipe.flush(1);
    expect(transport.getWriteBufferSize()).toBe(2);
    pipe.flush();
    expect(transport.getWriteBufferSize()).toBe(0);
    expect(pipe.text).toBe('abcde');
  });

  it('cuts a large write, so that the count falls in steps', () => {
    const { pipe, transport } = connected();
    transport.write(new Uint8Array(65_536 * 2 + 1));
    expect(pipe.chunks.map((chunk) => chunk.length)).toEqual([65_536, 65_536, 1]);
    pipe.flush(1);
    expect(transport.getWriteBufferSize()).toBe(65_537);
  });

  // test_writelines
  it('joins several arrays, of any kind of Uint8Array, into one write', () => {
    const { pipe, transport } = connected();
    transport.writelines(new Set([bytes('ab'), Buffer.from('cd'), bytes('xefx').subarray(1, 3)]));
    expect(pipe.chunks.map((chunk) => Buffer.from(chunk).toString())).toEqual(['abcdef']);
  });

  it.each(['text', null, undefined, 5, [1], new Uint16Array(1), new ArrayBuffer(1), new DataView(new ArrayBuffer(1))])(
    'refuses to write %p',
    (data: unknown) => {
      const { pipe, transport } = connected();
      expect(() => {
        transport.write(data as Uint8Array);
      }).toThrow(TypeError);
      expect(() => {
        transport.writelines([bytes('good'), data as Uint8Array]);
      }).toThrow(TypeError);
      expect(pipe.chunks).toEqual([]);
    },
  );

  it('refuses a wrong type also after the loss', () => {
    const { pipe, transport } = connected();
    pipe.finish();
    expect(() => {
      transport.write('text' as unknown as Uint8Array);
    }).toThrow(TypeError);
  });

  // test_can_write_eof
  it('can always write an end', () => {
    const { transport } = connected();
    expect(transport.canWriteEof()).toBe(true);
    transport.close();
    expect(transport.canWriteEof()).toBe(true);
  });
});

describe('closing a write pipe', () => {
  // test_write_eof, test_write_eof_write_pipe, test_close, test_close_closing
  it('ends the pipe once, whichever way it is asked', () => {
    const { pipe, protocol, transport } = connected();
    transport.close();
    transport.writeEof();
    transport.close();
    expect(pipe.calls).toEqual(['end']);
    expect(transport.isClosing()).toBe(true);
    expect(protocol.lines).toEqual([]);
    pipe.finish();
    expect(protocol.lines).toEqual(['lost']);
    expect(transport.getProtocol()).toBeNull();
  });

  // test_write_eof_pending, test__write_ready_closing, test_write_eof_buffer_write_pipe
  it('is lost only after what was written is taken', () => {
    const { pipe, protocol, transport } = connected();
    transport.write(bytes('abc'));
    transport.writeEof();
    expect(transport.getWriteBufferSize()).toBe(3);
    pipe.flush();
    pipe.finish();
    expect(protocol.lines).toEqual(['lost']);
  });

  // test_abort
  it('drops what is buffered on abort, and is lost without a reason', () => {
    const { pipe, protocol, transport } = connected();
    transport.write(bytes('abc'));
    transport.abort();
    transport.abort();
    expect(transport.getWriteBufferSize()).toBe(0);
    expect(pipe.calls).toEqual(['destroy']);
    pipe.finish();
    expect(protocol.lines).toEqual(['lost']);
    transport.abort();
    expect(pipe.calls).toEqual(['destroy']);
  });

  it('can be aborted while it closes', () => {
    const { pipe, protocol, transport } = connected();
    transport.write(bytes('abc'));
    transport.close();
    transport.abort();
    pipe.finish();
    expect(pipe.calls).toEqual(['end', 'destroy']);
    expect(protocol.lines).toEqual(['lost']);
  });

  // test_write_close
  it('drops later writes silently', () => {
    const { pipe, transport } = connected();
    transport.close();
    transport.write(bytes('abc'));
    pipe.finish();
    for (let turn = 0; turn < 10; turn += 1) {
      transport.write(bytes('abc'));
    }
    expect(pipe.chunks).toEqual([]);
    expect(transport.getWriteBufferSize()).toBe(0);
  });
});

describe('losing a write pipe', () => {
  // test__read_ready
  it('has no reason when nothing was left over', () => {
    const { pipe, protocol, transport } = connected();
    transport.write(bytes('abc'));
    pipe.flush();
    pipe.finish();
    expect(protocol.lines).toEqual(['lost']);
    expect(transport.isClosing()).toBe(true);
  });

  // test_write_err, test__write_ready_err
  it('is a BrokenPipeError with its cause when bytes were left over', () => {
    const { pipe, protocol, transport, errors } = connected();
    const cause = new Error('EPIPE');
    transport.write(bytes('abc'));
    pipe.flush(1, cause);
    pipe.finish();
    expect(protocol.lines).toEqual(['lost:BrokenPipeError']);
    expect(protocol.lossReason).toBeInstanceOf(BrokenPipeError);
    expect(protocol.lossReason?.cause).toBe(cause);
    expect(transport.getWriteBufferSize()).toBe(0);
    expect(errors).toEqual([]);
  });

  it('carries the error of the pipe when nothing was left over', () => {
    const { pipe, protocol } = connected();
    const failure = new Error('EIO');
    pipe.finish(failure);
    expect(protocol.lossReason).toBe(failure);
  });

  it('resumes nobody', () => {
    const { pipe, protocol, transport } = connected(1);
    transport.write(bytes('abc'));
    pipe.finish();
    expect(protocol.lines).toEqual(['pause', 'lost:BrokenPipeError']);
  });
});

describe('flow control of a write pipe', () => {
  // test_pause_resume_writing
  it('pauses inside the write that went above the mark, and resumes at the low one', () => {
    const { pipe, protocol, transport } = connected(4);
    transport.write(bytes('abc'));
    expect(protocol.lines).toEqual([]);
    transport.write(bytes('def'));
    expect(protocol.lines).toEqual(['pause']);
    pipe.flush(1);
    expect(protocol.lines).toEqual(['pause']);
    pipe.flush(1);
    expect(protocol.lines).toEqual(['pause', 'resume']);
  });

  it('pauses inside the call that lowers the marks', () => {
    const { protocol, transport } = connected();
    transport.write(bytes('abc'));
    transport.setWriteBufferLimits({ high: 2 });
    expect(protocol.lines).toEqual(['pause']);
    expect(transport.getWriteBufferLimits()).toEqual([0, 2]);
    transport.setWriteBufferLimits();
    expect(transport.getWriteBufferLimits()).toEqual([16_384, 65_536]);
    expect(protocol.lines).toEqual(['pause']);
  });

  it('refuses marks in the wrong order', () => {
    const { transport } = connected();
    expect(() => {
      transport.setWriteBufferLimits({ high: 0, low: 1 });
    }).toThrow(ValueError);
  });

  it('reports a throw of the callbacks; write() does not throw and the state stays right', () => {
    const { pipe, protocol, transport, errors } = connected(2);
    for (const line of ['pause', 'resume']) {
      protocol.hooks.set(line, () => {
        throw new Error(line);
      });
    }
    transport.write(bytes('abc'));
    pipe.flush();
    transport.write(bytes('abc'));
    expect(protocol.lines).toEqual(['pause', 'resume', 'pause']);
    expect(errors.map((error) => error.message)).toEqual([
      'protocol.pauseWriting() failed: pause',
      'protocol.resumeWriting() failed: resume',
      'protocol.pauseWriting() failed: pause',
    ]);
  });

  it('keeps the order of the bytes when resumeWriting writes while a large write is being handed down', () => {
    const { pipe, protocol, transport } = connected(0);
    protocol.hooks.set('resume', () => {
      protocol.hooks.delete('resume');
      transport.write(bytes('C'));
    });
    transport.setWriteBufferLimits({ high: 4_000 });
    transport.write(new Uint8Array(5_000).fill(65));
    pipe.takesAll = true;
    transport.write(new Uint8Array(65_536 + 10).fill(66));
    expect(pipe.text.replace(/(.)\1*/g, '$1')).toBe('ABC');
    expect(protocol.lines).toEqual(['pause', 'resume']);
  });
});
