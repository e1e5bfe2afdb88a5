/**
 * Reads caller-given objects as own properties only, into objects without a prototype: a polluted `Object.prototype`
 * changes nothing, and a misspelt option is an error instead of silence.
 */

/** Makes objects that inherit nothing; unlike those of `Object.create(null)` they are no hash tables to the engine. */
const Own = function (): void {} as unknown as new () => object;
Own.prototype = Object.freeze(Object.create(null) as object);

const NONE = Object.freeze(new Own() as Partial<never>);

/**
 * Returns a prototype-less copy of the own properties of `given`.
 *
 * @throws {TypeError} if it is not an object, or has a property that is not in `known`.
 */
export function ownOptions<T extends object>(given: T, known: ReadonlySet<string>): Partial<T> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TypeError('options must be an object');
  }
  const keys = Object.keys(given) as (keyof T & string)[];
  if (keys.length === 0) {
    return NONE;
  }
  const own = new Own() as Partial<T>;
  for (const key of keys) {
    if (!known.has(key)) {
      throw new TypeError(`unknown option ${JSON.stringify(key)}`);
    }
    if (given[key] !== undefined) {
      own[key] = given[key];
    }
  }
  return own;
}
