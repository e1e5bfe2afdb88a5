import { describe, expect, it } from '@jest/globals';
import { CallbackQueue } from '../src/machine/callbackQueue.js';
import type { CallbackError } from '../src/contract/errors.js';
import { ReadPipeTransport } from '../src/machine/readPipeTransport.js';
import { RecordingPipeProtocol, settle } from './helpers/recordingProtocol.js';
import { StubReadPipe } from './helpers/stubChild.js';

interface Connected {
  readonly pipe: StubReadPipe;
  readonly protocol: RecordingPipeProtocol;
  readonly transport: ReadPipeTransport;
  readonly errors: CallbackError[];
}

/** Connects and starts; `inMade` runs inside `connectionMade`. */
function connected(inMade: (transport: ReadPipeTransport) => void = () => undefined): Connected {
  const pipe = new StubReadPipe();
  const protocol = new RecordingPipeProtocol();
  const errors: CallbackError[] = [];
  const queue = new CallbackQueue((error) => errors.push(error));
  const transport = new ReadPipeTransport(pipe, protocol, queue, new Map([['pipe', pipe]]));
  protocol.hooks.set('made', () => {
    inMade(transport);
  });
  queue.open('connectionMade', () => {
    protocol.connectionMade(transport);
  });
  transport.start();
  return { pipe, protocol, transport, errors };
}

describe('a read pipe', () => {
  // test_ctor
  it('is read only after connectionMade', () => {
    const seen: string[][] = [];
    const { pipe } = connected(() => seen.push([]));
    expect(seen).toEqual([[]]);
    expect(pipe.calls).toEqual(['resume']);
  });

  // test__read_ready
  it('delivers chunks in order, on the stack of the event', () => {
    const { pipe, protocol } = connected();
    pipe.data('a');
    pipe.data('b');
    expect(protocol.lines).toEqual(['made', 'data:a', 'data:b']);
  });

  // test__read_ready_eof
  it('reports the end and then the loss', () => {
    const { pipe, protocol, transport } = connected();
    pipe.finish();
    expect(protocol.lines).toEqual(['made', 'eof', 'lost']);
    expect(transport.isClosing()).toBe(true);
  });

  // test__read_ready_error, test__close, test__call_connection_lost_with_err
  it('reports a failure as the loss, without an end', () => {
    const { pipe, protocol, errors } = connected();
    const failure = new Error('EIO');
    pipe.finish(failure);
    expect(protocol.lines).toEqual(['made', 'lost:Error']);
    expect(protocol.lossReason).toBe(failure);
    expect(errors).toEqual([]);
  });

  // test_close, test_close_already_closing
  it('closes once, without an end, and delivers nothing more', () => {
    const { pipe, protocol, transport } = connected();
    transport.close();
    transport.close();
    pipe.data('late');
    expect(pipe.calls).toEqual(['resume', 'close']);
    expect(transport.isClosing()).toBe(true);
    expect(protocol.lines).toEqual(['made']);
    pipe.finish();
    expect(protocol.lines).toEqual(['made', 'lost']);
  });

  // test__call_connection_lost
  it('forgets its protocol at the loss and keeps its extra info', () => {
    const { pipe, transport } = connected();
    pipe.finish();
    expect(transport.getProtocol()).toBeNull();
    expect(transport.getExtraInfo('pipe')).toBe(pipe);
  });

  it('forgets its protocol also if connectionLost throws', () => {
    const { pipe, protocol, transport, errors } = connected();
    protocol.hooks.set('lost', () => {
      throw new Error('mine');
    });
    pipe.finish();
    expect(errors.map((error) => error.callback)).toEqual(['connectionLost']);
    expect(transport.getProtocol()).toBeNull();
  });

  // test_get_extra_info, test_ctor_extra_is_none
  it('answers null, or the very default, for unknown info', () => {
    const { transport } = connected();
    const fallback = {};
    expect(transport.getExtraInfo('nope')).toBeNull();
    expect(transport.getExtraInfo('nope', fallback)).toBe(fallback);
  });

  it('goes on reading after dataReceived threw', () => {
    const { pipe, protocol, errors } = connected();
    protocol.hooks.set('data:a', () => {
      throw new Error('mine');
    });
    pipe.data('a');
    pipe.data('b');
    expect(protocol.lines).toEqual(['made', 'data:a', 'data:b']);
    expect(errors.map((error) => error.callback)).toEqual(['dataReceived']);
  });

  it('gives later chunks to a new protocol, which is not told of the connection', () => {
    const { pipe, protocol, transport } = connected();
    const second = new RecordingPipeProtocol();
    pipe.data('a');
    transport.setProtocol(second);
    expect(transport.getProtocol()).toBe(second);
    pipe.data('b');
    pipe.finish();
    expect(protocol.lines).toEqual(['made', 'data:a']);
    expect(second.lines).toEqual(['data:b', 'eof', 'lost']);
  });
});

describe('pausing a read pipe', () => {
  // test_pause_reading, test_resume_reading, test_pause_resume_reading
  it('pauses and resumes the pipe below, once each', () => {
    const { pipe, transport } = connected();
    transport.pauseReading();
    transport.pauseReading();
    expect(transport.isReading()).toBe(false);
    transport.resumeReading();
    transport.resumeReading();
    expect(transport.isReading()).toBe(true);
    expect(pipe.calls).toEqual(['resume', 'pause', 'resume']);
  });

  // test_pause_reading_connection_made
  it('is honoured inside connectionMade', () => {
    const { pipe, transport } = connected((made) => {
      made.pauseReading();
    });
    expect(pipe.calls).toEqual([]);
    transport.resumeReading();
    expect(pipe.calls).toEqual(['resume']);
  });

  it('can be taken back inside connectionMade', () => {
    const { pipe } = connected((made) => {
      made.pauseReading();
      made.resumeReading();
    });
    expect(pipe.calls).toEqual(['resume']);
  });

  // test_pause_reading_on_closed_pipe, test_resume_reading_on_closed_pipe, …_on_paused_pipe
  it('does nothing once the pipe is closing or closed', () => {
    const { pipe, transport } = connected();
    transport.close();
    transport.pauseReading();
    transport.resumeReading();
    pipe.finish();
    transport.pauseReading();
    transport.resumeReading();
    transport.close();
    expect(transport.isReading()).toBe(false);
    expect(pipe.calls).toEqual(['resume', 'close']);
  });

  it('can be closed while paused; what was unread is dropped', async () => {
    const { pipe, protocol, transport } = connected();
    transport.pauseReading();
    transport.close();
    pipe.finish();
    await settle();
    expect(protocol.lines).toEqual(['made', 'lost']);
  });
});
