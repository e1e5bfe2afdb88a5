/**
 * The text of a session file: a header, and a line for each event with its time, child, kind, and its values as JSON.
 *
 * Empty lines and lines that begin with `//` are comments.
 */
import { ValueError } from '@subwire/transport';
import { payloadFromJson, payloadToJson, type Payload, type PayloadJson } from './payload.js';
import type { Session, SessionEvent, SessionHappening, SessionHeader } from './session.js';

const MAGIC = 'subwire-session';
const VERSION = 2;

type Kind = SessionHappening['kind'];

/** The fields of each kind, in the order of their values in a line. */
const FIELDS: Readonly<Record<Kind, readonly string[]>> = {
  request: ['request'],
  refused: ['error'],
  started: ['pid'],
  failed: ['error'],
  data: ['fd', 'payload'],
  closed: ['fd', 'error'],
  write: ['payload'],
  taken: ['write'],
  end: [],
  destroy: [],
  pause: ['fd'],
  resume: ['fd'],
  close: ['fd'],
  signal: ['signal', 'scope', 'outcome'],
  abandon: ['never'],
  undelivered: ['signal', 'scope', 'error'],
  exit: ['end'],
  lost: ['error'],
};

const LINE = /^(\d+(?:\.\d+)?) #(\d+) (\w+)(?: (.*))?$/s;

/** Returns a session of events. */
export function makeSession(header: SessionHeader, events: readonly SessionEvent[]): Session {
  return { ...header, events, toText: () => sessionToText(header, events) };
}

function sessionToText({ backend, supports }: SessionHeader, events: readonly SessionEvent[]): string {
  const lines = events.map((event) => {
    const record = event as unknown as Readonly<Record<string, unknown>>;
    const values = FIELDS[event.kind].map((field) =>
      JSON.stringify(field === 'payload' ? payloadToJson(record[field] as Payload) : record[field]),
    );
    return [event.at, `#${event.child}`, event.kind, values.join(', ')].join(' ').trimEnd();
  });
  return [`${MAGIC} ${VERSION} ${JSON.stringify({ backend, supports })}`, ...lines, ''].join('\n');
}

/**
 * Reads a session from its text.
 *
 * @param text - From `Session.toText`.
 * @throws {ValueError} with the number of the line, if it is no session, or of an unknown version.
 */
export function parseSession(text: string): Session {
  const lines = text.split(/\r?\n/);
  const header = parseHeader(lines[0] ?? '');
  const events = lines.slice(1).flatMap((line, index) => {
    const isEvent = line.trim() !== '' && !line.startsWith('//');
    return isEvent ? [parseLine(line, index + 2)] : [];
  });
  return makeSession(header, events);
}

function parseHeader(line: string): SessionHeader {
  const [magic, version, ...rest] = line.split(' ');
  if (magic !== MAGIC) {
    throw new ValueError(`line 1: this is no session; one begins with "${MAGIC} ${VERSION}"`);
  }
  if (version !== String(VERSION)) {
    throw new ValueError(`line 1: version ${String(version)} of sessions is not known, only ${VERSION}`);
  }
  return parseJson(rest.join(' '), 1) as SessionHeader;
}

function parseLine(line: string, number: number): SessionEvent {
  const [, at, child, kind, rest = ''] = LINE.exec(line) ?? [];
  if (kind === undefined || !Object.hasOwn(FIELDS, kind)) {
    throw new ValueError(`line ${number}: this is no event: ${line.slice(0, 60)}`);
  }
  const values = parseJson(`[${rest}]`, number) as readonly unknown[];
  const fields = FIELDS[kind as Kind];
  if (values.length !== fields.length) {
    throw new ValueError(`line ${number}: ${kind} has ${fields.length} value(s), not ${values.length}`);
  }
  const entries = fields.map((field, index) => {
    const value = values[index];
    return [field, field === 'payload' ? payloadFromJson(value as PayloadJson) : value];
  });
  return { at: Number(at), child: Number(child), kind, ...Object.fromEntries(entries) } as SessionEvent;
}

function parseJson(text: string, number: number): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new ValueError(`line ${number}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}
