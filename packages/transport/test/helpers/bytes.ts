/** Returns the UTF-8 bytes of a text. */
export function bytes(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? new TextEncoder().encode(text) : text;
}

/** Returns the text of UTF-8 bytes. */
export function text(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}

/** Returns `length` bytes that repeat only after a prime number of them, so that a lost or doubled piece shows. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index % 251) + 1);
}
