/** Small things about bytes. */
import { isUtf8 } from 'node:buffer';

const encoder = new TextEncoder();

/** Most bytes that are shown of a chunk. */
const SHOWN_BYTES = 60;

/** Returns text as UTF-8, and bytes as they are. */
export function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? encoder.encode(text) : text;
}

/** Returns chunks as one array of bytes. */
export function joinBytes(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}

/** Returns the text that bytes are in UTF-8, `null` if they are none. */
export function textOf(bytes: Uint8Array): string | null {
  return isUtf8(bytes) ? decode(bytes) : null;
}

/** Shows bytes in a message: as quoted text, or in hexadecimal digits if they are no text; long ones only in part. */
export function showBytes(bytes: Uint8Array, shownBytes: number = SHOWN_BYTES): string {
  const part = bytes.subarray(0, shownBytes);
  const shown = isUtf8(bytes) ? JSON.stringify(decode(part)) : `<${Buffer.from(part).toString('hex')}>`;
  return part.length === bytes.length ? shown : `${shown}… (${bytes.length} bytes)`;
}

/** Leaves out a character that is cut off at the end, and keeps a byte order mark. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true });
}
