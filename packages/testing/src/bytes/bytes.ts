/** Helpers for bytes. */
import { isUtf8 } from 'node:buffer';

const encoder = new TextEncoder();

/** Most bytes of a chunk that a message shows. */
const SHOWN_BYTES = 60;

/** Returns text as UTF-8 bytes, and bytes unchanged. */
export function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? encoder.encode(text) : text;
}

/** Returns the bytes of all chunks in one array. */
export function joinBytes(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}

/** Decodes UTF-8; returns `null` for bytes that are not UTF-8. */
export function textOf(bytes: Uint8Array): string | null {
  return isUtf8(bytes) ? decode(bytes) : null;
}

/** Returns bytes as text for a message: quoted UTF-8, or else hexadecimal digits; of long ones only the first bytes. */
export function showBytes(bytes: Uint8Array, shownBytes: number = SHOWN_BYTES): string {
  const part = bytes.subarray(0, shownBytes);
  const shown = isUtf8(bytes) ? JSON.stringify(decode(part)) : `<${Buffer.from(part).toString('hex')}>`;
  return part.length === bytes.length ? shown : `${shown}… (${bytes.length} bytes)`;
}

/** Decodes without an incomplete character at the end, and keeps a byte order mark. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true });
}
