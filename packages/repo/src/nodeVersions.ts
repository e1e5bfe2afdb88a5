/** The versions of Node that the packages are tested in, beside the one that runs the tests. */

/** A version, and how much of the suite runs in it. */
export interface NodeRun {
  readonly version: string;
  /** `smoke`: the lower layers and the compliance suite; `all`: everything but the checks of the repository. */
  readonly tests: 'smoke' | 'all';
}

/** Exact releases, so that a run of today and one of tomorrow are the same. */
export const NODE_RUNS: readonly NodeRun[] = [
  { version: '22.23.3', tests: 'smoke' },
  { version: '24.21.0', tests: 'smoke' },
  { version: '26.10.0', tests: 'all' },
];

/** Returns the versions that were asked for, with all tests, else the pinned ones; `null` if one is no version. */
export function wantedRuns(args: readonly string[]): readonly NodeRun[] | null {
  if (args.length === 0) {
    return NODE_RUNS;
  }
  const areVersions = args.every((version) => /^\d+(\.\d+){0,2}$/.test(version));
  return areVersions ? args.map((version) => ({ version, tests: 'all' })) : null;
}
