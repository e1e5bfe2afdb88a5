import type { AggregatedResult, Reporter, TestContext } from '@jest/reporters';

/** What the closing line is made of; a part of Jest's own result. */
export type Counts = Pick<
  AggregatedResult,
  'numPassedTests' | 'numFailedTests' | 'numPendingTests' | 'numTodoTests'
> & {
  readonly testResults: readonly { readonly testExecError?: unknown }[];
};

/** `N passed, N failed`, then `, N skipped` if any. A file that could not run, or that leaked, counts as one failure. */
export function closingLine(counts: Counts): string {
  const brokenFiles = counts.testResults.filter((file) => file.testExecError !== undefined).length;
  const failed = counts.numFailedTests + brokenFiles;
  const skipped = counts.numPendingTests + counts.numTodoTests;
  return `${counts.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

const EXIT_GRACE_MS = 2_000;

/** Ends the run with the closing line on stdout, and makes a run without a single executed test fail. */
export default class ClosingLineReporter implements Pick<Reporter, 'onRunComplete' | 'getLastError'> {
  #error: Error | undefined;

  onRunComplete(_contexts: Set<TestContext>, results: AggregatedResult): void {
    if (results.numPassedTests + results.numFailedTests === 0) {
      this.#error = new Error('No test ran.');
      process.stderr.write(`${this.#error.message}\n`);
    }
    // Only at exit is it sure that Jest's own summary comes before it.
    process.once('exit', () => process.stdout.write(`${closingLine(results)}\n`));
    // What a failed test left open must not keep the run from ending. Unreferenced: fires only if something did.
    setTimeout(() => process.exit(), EXIT_GRACE_MS).unref();
  }

  getLastError(): Error | undefined {
    return this.#error;
  }
}
