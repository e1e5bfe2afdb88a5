/** Runs `work` while `Object.prototype` has further properties, as after a prototype pollution. */
export async function withPollution<T>(
  properties: Readonly<Record<string, unknown>>,
  work: () => Promise<T>,
): Promise<T> {
  for (const [name, value] of Object.entries(properties)) {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: false, writable: true });
  }
  try {
    return await work();
  } finally {
    for (const name of Object.keys(properties)) {
      Reflect.deleteProperty(Object.prototype, name);
    }
  }
}
