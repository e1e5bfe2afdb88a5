import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { payloadBytes } from '../../src/record/payload.js';
import { Redaction } from '../../src/record/redaction.js';
import type { SessionEvent } from '../../src/record/session.js';

const PATTERNS = [/s+/, 'xy', 'é'];

/** The rule without any regard to speed: each byte of a character that any pattern matches is an asterisk. */
function naive(text: string): string {
  const hidden = new Set<number>();
  for (const pattern of [/s+/g, /xy/g, /é/g]) {
    for (const match of text.matchAll(pattern)) {
      for (let index = match.index; index < match.index + match[0].length; index += 1) hidden.add(index);
    }
  }
  return [...text].map((one, index) => (hidden.has(index) ? '*'.repeat(Buffer.byteLength(one)) : one)).join('');
}

function dataEvents(all: Uint8Array, size: number): SessionEvent[] {
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, index) => ({
    kind: 'data',
    fd: 1,
    payload: [all.subarray(index * size, (index + 1) * size)],
    at: index,
    child: 1,
  }));
}

describe('redaction of a stream', () => {
  it('leaves out what a naive search leaves out, however the stream is cut', () => {
    const text = fc.string({ unit: fc.constantFrom('s', 'x', 'y', 'é', '.'), maxLength: 40 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (all, size) => {
        const events = new Redaction({ redact: PATTERNS }).apply(dataEvents(Buffer.from(all), size));
        const bytes = events.flatMap((event) => ('payload' in event ? [...payloadBytes(event.payload)] : []));
        expect(Buffer.from(bytes).toString()).toBe(naive(all));
      }),
      { numRuns: 500 },
    );
  });

  it('takes linear time for many matches in many chunks', () => {
    const events = dataEvents(Buffer.from('és'.repeat(50_000)), 3);
    const redacted = new Redaction({ redact: ['s'] }).apply(events);
    expect(redacted).toHaveLength(events.length);
    expect(redacted.at(-1)).toMatchObject({ payload: [expect.anything(), { redacted: 1 }] });
  }, 5_000);

  it('leaves out text in the detail of an exit, and in the error of a signal that was not delivered', () => {
    const events: SessionEvent[] = [
      { kind: 'exit', end: { returncode: 1, detail: 'job of xy' }, at: 0, child: 1 },
      {
        kind: 'undelivered',
        signal: 'SIGTERM',
        scope: 'process',
        error: { name: 'Error', message: 'no xy' },
        at: 1,
        child: 1,
      },
    ];
    const text = JSON.stringify(new Redaction({ redact: ['xy'] }).apply(events));
    expect(text).toContain('job of [redacted]');
    expect(text).toContain('no [redacted]');
  });
});
