import { setImmediate } from 'node:timers';
import type { CallbackError } from './errors.js';

/**
 * Takes the error of a callback that threw.
 *
 * @asyncio loop.set_exception_handler
 * Differs: given to each creation and each connected pipe; gets the error, and no context.
 */
export type CallbackErrorReporter = (error: CallbackError) => void;

/** The default reporter: the error becomes an uncaught exception in a task of its own. */
export function reportAsUncaught(error: unknown): void {
  // Not a promise job: a throw in one is an unhandled rejection.
  setImmediate(() => {
    throw error;
  });
}
