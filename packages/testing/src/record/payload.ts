/** Bytes of a recording: as they were, or left out. */
import { joinBytes, textOf } from '../bytes/bytes.js';

/** Bytes that were left out of a recording; only their number is known. */
export interface Redacted {
  readonly redacted: number;
}

/** A stretch of bytes, in order. */
export type Payload = readonly (Uint8Array | Redacted)[];

/** What stands for a payload in a session file. */
export type PayloadJson = string | { readonly base64: string } | Redacted | readonly PayloadJson[];

/** Stands in the output of a replayed child for bytes that were left out, as many times. */
const FILLER = 0x2a;

/** How many bytes a payload stands for. */
export function payloadLength(payload: Payload): number {
  return payload.reduce((sum, part) => sum + (part instanceof Uint8Array ? part.length : part.redacted), 0);
}

/** The bytes of a payload, with asterisks for what was left out. */
export function payloadBytes(payload: Payload): Uint8Array {
  return joinBytes(
    payload.map((part) => (part instanceof Uint8Array ? part : new Uint8Array(part.redacted).fill(FILLER))),
  );
}

/** Turns a payload into what is written to a file: text where it is text. */
export function payloadToJson(payload: Payload): PayloadJson {
  const parts = payload.map((part): PayloadJson => {
    if (!(part instanceof Uint8Array)) {
      return part;
    }
    return textOf(part) ?? { base64: Buffer.from(part).toString('base64') };
  });
  return parts.length === 1 ? (parts[0] ?? parts) : parts;
}

/** The opposite of `payloadToJson`. */
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
