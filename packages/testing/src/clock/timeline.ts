import type { Clock } from '@subwire/transport';

/** Records what happens to the children of a fake backend, for the message of a failing test. */
export class Timeline {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #lines: string[] = [];

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** The lines so far, for instance `120 ms #1 signal SIGTERM`. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Adds a line. Children are counted from 1; 0 is the backend itself. */
  note(child: number, what: string): void {
    const who = child === 0 ? '' : `#${child} `;
    this.#lines.push(`${Math.round(this.#clock.now())} ms ${who}${what}`);
  }

  /** Returns the last lines, for a message. */
  tail(count: number): string {
    const left = this.#lines.length - count;
    const dropped = left > 0 ? [`… ${left} earlier`] : [];
    return [...dropped, ...this.#lines.slice(-count)].map((line) => `  ${line}`).join('\n');
  }
}
