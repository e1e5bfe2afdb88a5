/**
 * Tells the environment from memory that was its table a moment ago.
 *
 * 1. `setenv` gives the old table back before it lets `environ` point to the new one. If its thread is interrupted in
 *    between, the old one can be read any number of times, and the allocator has put words of its own into its beginning.
 *    What these point to is hardly ever a string of the form `NAME=value`.
 * 2. An inherited string may have another form too. If a new one is still there after some tries, it is believed if no variable of
 *    `process.env` is missing: to read that waits for each thread of Node that is inside of `setenv`.
 * 3. `unsetenv` moves the table down, one pointer after another. If its thread is interrupted, a pointer is there twice.
 */

const EQUALS = 0x3d;
const LOWEST = 0x21;
const HIGHEST = 0x7e;

/** Remembers which strings of another form there are. */
export class EnvironmentCheck {
  #known: ReadonlySet<string> = new Set();

  /**
   * Returns whether these are all variables.
   * @param strings - Those with the same address are the same object.
   * @param isLate - Whether there were some tries.
   */
  admits(strings: readonly Uint8Array[], isLate: boolean): boolean {
    if (new Set(strings).size < strings.length) {
      return false;
    }
    const odd = new Set(strings.filter(isOdd).map((string) => Buffer.from(string).toString('latin1')));
    const isNew = [...odd].some((string) => !this.#known.has(string));
    if (isNew && !(isLate && hasEveryName(strings))) {
      return false;
    }
    this.#known = odd;
    return true;
  }
}

function isOdd(string: Uint8Array): boolean {
  const end = string.indexOf(EQUALS);
  return end <= 0 || string.subarray(0, end).some((byte) => byte < LOWEST || byte > HIGHEST);
}

/** Whether every variable that Node knows is there. */
function hasEveryName(strings: readonly Uint8Array[]): boolean {
  const names = new Set(strings.map((string) => Buffer.from(string).toString().split('=', 1)[0]));
  return Reflect.ownKeys(process.env).every((name) => names.has(String(name)));
}
