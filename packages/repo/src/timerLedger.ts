type SetTimer = (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => NodeJS.Timeout;

/** The two functions that are replaced; a test file's own global object. */
export interface TimerGlobal {
  setTimeout: unknown;
  setInterval: unknown;
}

const PRUNE_AT = 1_000;

/**
 * Remembers who set each timer of a test file. The number of active timers alone says little while Jest's own reporter,
 * in the same process, sets and clears timers too.
 */
export class TimerLedger {
  readonly #timers = new Map<NodeJS.Timeout, Error>();

  constructor(global: TimerGlobal) {
    global.setTimeout = this.#recording(global.setTimeout as SetTimer);
    global.setInterval = this.#recording(global.setInterval as SetTimer);
  }

  /** One line per timer that still keeps the event loop alive. */
  active(): string[] {
    this.#prune();
    return [...this.#timers.values()].map((site) => `active timer, set ${callSite(site)}`);
  }

  #recording(original: SetTimer): SetTimer {
    const record = (...args: Parameters<SetTimer>): NodeJS.Timeout => {
      const timer = original(...args);
      if (this.#timers.size >= PRUNE_AT) this.#prune();
      this.#timers.set(timer, new Error());
      return timer;
    };
    // Among them the key under which `util.promisify` finds the promise version.
    return Object.defineProperties(record, Object.getOwnPropertyDescriptors(original));
  }

  #prune(): void {
    for (const timer of this.#timers.keys()) {
      if (isOver(timer) || !timer.hasRef()) this.#timers.delete(timer);
    }
  }
}

/** Node has no public way to ask: `hasRef()` stays true after the end. */
function isOver(timer: NodeJS.Timeout): boolean {
  return (timer as { readonly _destroyed?: boolean })._destroyed === true;
}

function callSite(error: Error): string {
  // Line 0 is the message, line 1 the recording function above.
  return error.stack?.split('\n')[2]?.trim() ?? 'at an unknown place';
}
