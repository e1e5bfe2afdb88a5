import type { Bug } from './wrappedBackend.js';

/** A bug, and the cases that must fail because of it. */
export interface PlantedBug {
  readonly bug: Bug;
  readonly caughtBy: readonly string[];
}

/** Bugs by what the backend does wrong. */
export type PlantedBugs = Readonly<Record<string, PlantedBug>>;
