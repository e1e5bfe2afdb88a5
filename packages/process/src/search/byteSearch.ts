/** `Buffer.indexOf` of a byte is a `memchr`, and works on any `Uint8Array`. */
const BUFFER = Buffer.prototype as {
  indexOf(this: Uint8Array, byte: number, from: number): number;
  lastIndexOf(this: Uint8Array, byte: number, from: number): number;
};

/** Returns the first index of `byte` at or after `from`, -1 if there is none. */
export function indexOfByte(bytes: Uint8Array, byte: number, from: number): number {
  return BUFFER.indexOf.call(bytes, byte, from);
}

/** Returns the last index of `byte` at or before `from`, -1 if there is none. */
export function lastIndexOfByte(bytes: Uint8Array, byte: number, from: number): number {
  return BUFFER.lastIndexOf.call(bytes, byte, from);
}
