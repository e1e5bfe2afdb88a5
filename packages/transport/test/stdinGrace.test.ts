/** Input that is still unread when the child has ended; decision 8 of the design. */
import { describe, expect, it } from '@jest/globals';
import { bytes } from './helpers/bytes.js';
import { settle } from './helpers/recordingProtocol.js';
import { startStub, type Started } from './helpers/started.js';

/** A child that has exited and closed its outputs while 6 bytes of its input, in 3 chunks, are on their way. */
async function exitedWithPendingInput(options: { stdinGraceMs?: number } = {}): Promise<Started> {
  const started = await startStub({}, options);
  for (const chunk of ['ab', 'cd', 'ef']) {
    started.protocol.stdin.write(bytes(chunk));
  }
  started.child.output(1).finish();
  started.child.output(2).finish();
  started.child.exited(0);
  return started;
}

describe('pending input after the exit', () => {
  it('is left to a descendant for as long as nobody asked to close', async () => {
    const { child, protocol, clock } = await exitedWithPendingInput();
    clock.advance(1_000_000);
    expect(child.input.calls).toEqual([]);
    child.input.flush();
    protocol.stdin.write(bytes('gh'));
    expect(child.input.text).toBe('abcdefgh');
    expect(clock.pending).toBe(0);
  });

  it('is given up as a broken pipe when it stands still for the grace period after close()', async () => {
    const { child, protocol, transport, clock } = await exitedWithPendingInput();
    transport.close();
    clock.advance(999);
    expect(child.input.calls).toEqual(['end']);
    clock.advance(1);
    expect(child.input.calls).toEqual(['end', 'destroy']);
    child.input.finish();
    await protocol.lost;
    expect(protocol.lines.slice(-2)).toEqual(['lost:0:BrokenPipeError', 'lost']);
    expect(clock.pending).toBe(0);
  });

  it('counts the grace period from the last byte that was taken', async () => {
    const { child, protocol, clock } = await exitedWithPendingInput();
    protocol.stdin.close();
    for (let turn = 0; turn < 3; turn += 1) {
      clock.advance(900);
      child.input.flush(1);
    }
    expect(child.input.calls).toEqual(['end']);
    child.input.finish();
    await protocol.lost;
    expect(protocol.lines.slice(-2)).toEqual(['lost:0', 'lost']);
    expect(clock.pending).toBe(0);
  });

  it('counts the grace period from the exit when close() came earlier', async () => {
    const { child, protocol, clock } = await startStub();
    protocol.stdin.write(bytes('ab'));
    protocol.stdin.writeEof();
    clock.advance(5_000);
    expect(clock.pending).toBe(0);
    child.exited(0);
    clock.advance(1_000);
    expect(child.input.calls).toEqual(['end', 'destroy']);
  });

  it('has no reason when everything was taken and only the close stands still', async () => {
    const { child, protocol, transport, clock } = await exitedWithPendingInput();
    child.input.flush();
    transport.close();
    clock.advance(1_000);
    child.input.finish();
    await protocol.lost;
    expect(protocol.lines.slice(-2)).toEqual(['lost:0', 'lost']);
  });

  it.each([0, 50])('keeps to a grace period of %d ms', async (stdinGraceMs) => {
    const { child, transport, clock } = await exitedWithPendingInput({ stdinGraceMs });
    transport.close();
    clock.advance(Math.max(0, stdinGraceMs - 1));
    expect(child.input.calls).toEqual(stdinGraceMs === 0 ? ['end', 'destroy'] : ['end']);
    clock.advance(1);
    expect(child.input.calls).toEqual(['end', 'destroy']);
  });

  it('starts no timer once the input is lost', async () => {
    const { child, protocol, transport, clock } = await exitedWithPendingInput();
    child.input.finish();
    transport.close();
    await settle();
    expect(clock.pending).toBe(0);
    expect(protocol.lines.at(-1)).toBe('lost');
  });
});
