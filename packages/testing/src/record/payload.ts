/** The bytes of a session, some of which may be redacted. */
import { joinBytes, textOf } from '../bytes/bytes.js';

/** Bytes that were redacted: only their number is recorded. */
export interface Redacted {
  readonly redacted: number;
}

/** A sequence of bytes and redacted bytes. */
export type Payload = readonly (Uint8Array | Redacted)[];

/** A payload in a session file. */
export type PayloadJson = string | { readonly base64: string } | Redacted | readonly PayloadJson[];

/** In the output of a replayed child, each redacted byte is this one. */
const FILLER = 0x2a;

/** Returns the number of bytes of a payload. */
export function payloadLength(payload: Payload): number {
  return payload.reduce((sum, part) => sum + (part instanceof Uint8Array ? part.length : part.redacted), 0);
}

/** Returns the bytes of a payload, with an asterisk for each redacted byte. */
export function payloadBytes(payload: Payload): Uint8Array {
  return joinBytes(
    payload.map((part) => (part instanceof Uint8Array ? part : new Uint8Array(part.redacted).fill(FILLER))),
  );
}

/** Returns a payload as JSON: UTF-8 as text, other bytes as base64. */
export function payloadToJson(payload: Payload): PayloadJson {
  const parts = payload.map((part): PayloadJson => {
    if (!(part instanceof Uint8Array)) {
      return part;
    }
    return textOf(part) ?? { base64: Buffer.from(part).toString('base64') };
  });
  return parts.length === 1 ? (parts[0] ?? parts) : parts;
}

/** The inverse of `payloadToJson`. */
export function payloadFromJson(json: PayloadJson): Payload {
  if (typeof json === 'string') {
    return [new TextEncoder().encode(json)];
  }
  if (Array.isArray(json)) {
    return (json as readonly PayloadJson[]).flatMap(payloadFromJson);
  }
  if ('base64' in json) {
    return [Uint8Array.from(Buffer.from(json.base64, 'base64'))];
  }
  return [json as Redacted];
}
