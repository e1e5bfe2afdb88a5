/**
 * Removes secrets from a session.
 *
 * 1. In text (arguments, directory, variables, messages) a secret is replaced by `[redacted]`, which matches any text.
 * 2. Input and output are searched as whole streams, so that a secret is also found if it was cut into chunks.
 */
import { ValueError } from '@subwire/transport';
import { joinBytes, textOf } from '../bytes/bytes.js';
import { payloadBytes, payloadLength, type Payload } from './payload.js';
import { escapeRegExp, REDACTED } from './redactedText.js';
import type { SessionEvent, SessionHappening } from './session.js';

/** Options that say what to redact. */
export interface RedactOptions {
  /** Variables whose values are redacted, besides those whose names suggest a secret; `true` for all. Default: none. */
  readonly redactEnv?: true | readonly string[];
  /** Texts and patterns that are redacted everywhere. Default: none. */
  readonly redact?: readonly (string | RegExp)[];
}

const SOUNDS_SECRET = /token|secret|passw|passphrase|credential|cookie|auth|session|private|api_?key|access_?key/i;

/** Redacts the events of a session. */
export class Redaction {
  readonly #patterns: readonly RegExp[];
  readonly #redactEnv: true | readonly string[];

  /** @throws {ValueError} for a pattern that matches the empty text. */
  constructor(options: RedactOptions) {
    this.#redactEnv = options.redactEnv ?? [];
    this.#patterns = (options.redact ?? []).map(globalPattern);
  }

  /** Returns the redacted events. */
  apply(events: readonly SessionEvent[]): readonly SessionEvent[] {
    const replaced = this.#streams(events);
    return events.map((event) => {
      const payload = replaced.get(event);
      const happening = payload === undefined ? event : ({ ...event, payload } as SessionHappening);
      return { ...this.#happening(happening), at: event.at, child: event.child };
    });
  }

  #happening(event: SessionHappening): SessionHappening {
    switch (event.kind) {
      case 'request': {
        const { env, ...rest } = event.request;
        const request = this.#deep(rest);
        return { ...event, request: env === undefined ? request : { ...request, env: this.#env(env) } };
      }
      case 'refused':
      case 'failed':
      case 'closed':
      case 'signal':
      case 'undelivered':
      case 'exit':
      case 'lost':
        return this.#deep(event);
      default:
        return event;
    }
  }

  #env(env: Readonly<Record<string, string>>): Record<string, string> {
    const hidden = (name: string): boolean =>
      this.#redactEnv === true || this.#redactEnv.includes(name) || SOUNDS_SECRET.test(name);
    return Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, hidden(name) ? REDACTED : this.#text(value)]),
    );
  }

  #text(text: string): string {
    return this.#patterns.reduce((left, pattern) => left.replace(pattern, REDACTED), text);
  }

  /** Redacts every text in a value. */
  #deep<T>(value: T): T {
    return JSON.parse(
      JSON.stringify(value, (_key, one: unknown) => (typeof one === 'string' ? this.#text(one) : one)),
    ) as T;
  }

  /** Returns the redacted payloads by their events. */
  #streams(events: readonly SessionEvent[]): Map<SessionEvent, Payload> {
    const streams = new Map<string, (SessionEvent & { readonly payload: Payload })[]>();
    for (const event of events) {
      if (event.kind === 'data' || event.kind === 'write') {
        const key = `${event.child} ${event.kind === 'data' ? event.fd : 0}`;
        const stream = streams.get(key) ?? [];
        stream.push(event);
        streams.set(key, stream);
      }
    }
    const replaced = new Map<SessionEvent, Payload>();
    if (this.#patterns.length > 0) {
      for (const stream of streams.values()) {
        const ranges = this.#find(joinBytes(stream.map(({ payload }) => payloadBytes(payload))));
        let offset = 0;
        let first = 0;
        for (const event of stream) {
          while ((ranges[first]?.[1] ?? Infinity) <= offset) {
            first += 1;
          }
          replaced.set(event, cutOut(payloadBytes(event.payload), offset, ranges, first));
          offset += payloadLength(event.payload);
        }
      }
    }
    return replaced;
  }

  /** Returns the ranges of bytes to redact, in order; they do not touch each other. */
  #find(bytes: Uint8Array): Range[] {
    const text = textOf(bytes);
    // Bytes that are not UTF-8 are searched as Latin-1, in which each byte is a character.
    const searched = text ?? Buffer.from(bytes).toString('latin1');
    const found = this.#patterns
      .flatMap((pattern) => [...searched.matchAll(pattern)])
      .filter(([match]) => match.length > 0)
      .map((match): Range => [match.index, match.index + match[0].length])
      .sort(([left], [right]) => left - right);
    const ranges: [number, number][] = [];
    for (const [start, end] of found) {
      const last = ranges.at(-1);
      if (last !== undefined && start <= last[1]) {
        last[1] = Math.max(last[1], end);
      } else {
        ranges.push([start, end]);
      }
    }
    return text === null ? ranges : byteRanges(text, ranges);
  }
}

type Range = readonly [start: number, end: number];

/** Converts ranges of characters to ranges of bytes; each character is counted once. */
function byteRanges(text: string, ranges: readonly Range[]): Range[] {
  let index = 0;
  let offset = 0;
  const offsetOf = (end: number): number => {
    offset += Buffer.byteLength(text.slice(index, end));
    index = end;
    return offset;
  };
  return ranges.map(([start, end]): Range => [offsetOf(start), offsetOf(end)]);
}

/**
 * Returns a chunk in which the ranges are redacted.
 *
 * @param offset - Index of its first byte in the stream.
 * @param ranges - In order.
 * @param first - Index of the first range that ends in the chunk or after it.
 */
function cutOut(bytes: Uint8Array, offset: number, ranges: readonly Range[], first: number): Payload {
  const parts: (Uint8Array | { readonly redacted: number })[] = [];
  let done = 0;
  for (let each = first; each < ranges.length; each += 1) {
    const [start, end] = ranges[each] ?? [0, 0];
    if (start >= offset + bytes.length) {
      break;
    }
    const from = Math.max(start - offset, done);
    const to = Math.min(end - offset, bytes.length);
    if (from < to) {
      if (from > done) {
        parts.push(bytes.subarray(done, from));
      }
      parts.push({ redacted: to - from });
      done = to;
    }
  }
  return done < bytes.length || parts.length === 0 ? [...parts, bytes.subarray(done)] : parts;
}

function globalPattern(pattern: string | RegExp): RegExp {
  const source = typeof pattern === 'string' ? escapeRegExp(pattern) : pattern.source;
  const flags = typeof pattern === 'string' ? '' : pattern.flags.replace(/[gy]/g, '');
  const made = new RegExp(source, `${flags}g`);
  if (''.search(made) !== -1) {
    throw new ValueError(`the pattern ${String(pattern)} matches nothing, and so everywhere`);
  }
  return made;
}
