import { inTurns, median } from './harness.js';
import { report, type Bar } from './report.js';

/** A way to do the work. */
export interface Contender {
  readonly name: string;
  /** Does it once and returns how much per second, or what one costs. */
  readonly rate: () => Promise<number>;
}

/** What is compared, and how it is printed. */
export interface Comparison {
  readonly what: string;
  readonly rounds: number;
  readonly format: (rate: number) => string;
  readonly bar: Bar;
}

/**
 * Lets two contenders take turns, and reports the median of each and the median of the ratios within one turn. The first
 * turn only warms up.
 */
export async function compareRates(comparison: Comparison, first: Contender, second: Contender): Promise<void> {
  const { what, rounds, format, bar } = comparison;
  await inTurns(1, first.rate, second.rate);
  const [ones, others] = await inTurns(rounds, first.rate, second.rate);
  const ratios = ones.map((one, index) => one / (others[index] ?? Number.NaN));
  const figures = [
    [first.name, ones],
    [second.name, others],
  ] as const;
  report(what, figures.map(([name, rates]) => `${name} ${format(median(rates))}`).join(', '), median(ratios), bar);
}
