import type { CaseRunOptions, ComplianceCase } from './complianceCase.js';

/** The functions of jest, vitest and `node:test` that `registerCompliance` uses. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: ((name: string, body: () => Promise<void>) => unknown) & {
    readonly skip: (name: string, body: () => Promise<void>) => unknown;
  };
}

/**
 * Registers cases with a test runner: a group for each area, and a test for each case. Cases that cannot run are skipped.
 *
 * @param cases - From `complianceCases` or `casesOf`.
 * @param runner - For instance `{ describe, it }` of `@jest/globals`, `vitest` or `node:test`.
 * @param options - Options for each case.
 */
export function registerCompliance(
  cases: readonly ComplianceCase[],
  runner: TestRunner,
  options: CaseRunOptions = {},
): void {
  const areas = new Map<string, ComplianceCase[]>();
  for (const one of cases) {
    const area = one.id.slice(0, one.id.indexOf('.'));
    areas.set(area, [...(areas.get(area) ?? []), one]);
  }
  for (const [area, inArea] of areas) {
    runner.describe(area, () => {
      for (const one of inArea) {
        const register = one.expects === 'lack' ? runner.it.skip : runner.it;
        register(one.title, () => one.run(options));
      }
    });
  }
}
