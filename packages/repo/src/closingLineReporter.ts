import path from 'node:path';
import type { AggregatedResult, Reporter, TestContext } from '@jest/reporters';
import { forbiddenSkips } from './expectedSkips.js';

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

/** What the skipped tests are read from; a part of Jest's own result. */
export type RunFiles = readonly {
  readonly testFilePath: string;
  readonly testResults: readonly { readonly status: string; readonly fullName: string }[];
}[];

/** `path/of/the.test.ts: group title` of every test that did not run. */
export function skippedTests(root: string, files: RunFiles): readonly string[] {
  return files.flatMap(({ testFilePath, testResults }) =>
    testResults
      .filter(({ status }) => status === 'pending' || status === 'todo')
      .map(({ fullName }) => `${path.relative(root, testFilePath)}: ${fullName}`),
  );
}

const EXIT_GRACE_MS = 2_000;

/**
 * Ends the run with the closing line on stdout, and makes a run fail in which no test was executed or, where `CI` is `true`,
 * one was skipped that must not be.
 */
export default class ClosingLineReporter implements Pick<Reporter, 'onRunComplete' | 'getLastError'> {
  readonly #root: string;
  #error: Error | undefined;

  constructor({ rootDir }: { readonly rootDir: string }) {
    this.#root = rootDir;
  }

  onRunComplete(_contexts: Set<TestContext>, results: AggregatedResult): void {
    if (results.numPassedTests + results.numFailedTests === 0) {
      this.#error = new Error('No test ran.');
      process.stderr.write(`${this.#error.message}\n`);
    }
    const forbidden = forbiddenSkips(this.#root, skippedTests(this.#root, results.testResults));
    if (forbidden.length > 0) {
      this.#error = new Error(`Skipped, and not in .ci/expected-skips:\n${forbidden.join('\n')}`);
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
