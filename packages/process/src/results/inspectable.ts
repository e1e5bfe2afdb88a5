/** The method that `util.inspect` asks for a text: `inspect.custom`, in a form that declarations can name. */
const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/** An object that `util.inspect` and `console.log` show as its `toString()`. */
export interface Inspectable {
  toString(): string;
  [INSPECT](): string;
}

/** Base of classes whose text form is their `toString()`. */
export const Inspectable: abstract new () => Inspectable = class {
  toString(): string {
    return `<${this.constructor.name}>`;
  }

  [INSPECT](): string {
    return this.toString();
  }
};
