/** The symbol `util.inspect.custom`, in a form that declaration files can name. */
const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/** An object for which `util.inspect` and `console.log` print its `toString()`. */
export interface Inspectable {
  toString(): string;
  [INSPECT](): string;
}

/** Base class of classes that are printed as their `toString()`. */
export const Inspectable: abstract new () => Inspectable = class {
  toString(): string {
    return `<${this.constructor.name}>`;
  }

  [INSPECT](): string {
    return this.toString();
  }
};
