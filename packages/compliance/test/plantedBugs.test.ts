import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { ChildExit, KillAnswer, Signal, SignalScope } from '@subwire/transport';
import {
  backendSubject,
  complianceCases,
  registerCompliance,
  type CaseRunOptions,
  type ComplianceCase,
} from '@subwire/testing';
import type { PlantedBugs } from './helpers/plantedBug.js';
import { plantedChildBugs } from './helpers/plantedChildBugs.js';
import { plantedPipeBugs } from './helpers/plantedPipeBugs.js';
import { closeLeaked, plantedSpawnBugs } from './helpers/plantedSpawnBugs.js';
import { BuggyBackend, WrappedChild } from './helpers/wrappedBackend.js';

jest.setTimeout(60_000);

/** A bug may make a case wait in vain; it need not wait long for that. */
const DEADLINE_MS = 2_000;

const plantedBugs: PlantedBugs = { ...plantedPipeBugs, ...plantedChildBugs, ...plantedSpawnBugs };

let backend: BuggyBackend | null = null;

afterEach(async () => {
  await backend?.dispose();
  closeLeaked();
});

/** Returns the ids of the cases that fail. */
async function failures(cases: readonly ComplianceCase[], options: CaseRunOptions): Promise<string[]> {
  const failed: string[] = [];
  for (const one of cases) {
    await one.run(options).catch(() => failed.push(one.id));
  }
  return failed;
}

/** A child that is made elsewhere: for a while there is nobody to signal. */
class LateChild extends WrappedChild {
  static readonly exited: number[] = [];
  #started = false;

  override onSpawn(pid: number | null): void {
    setTimeout(() => {
      this.#started = true;
      super.onSpawn(pid);
    }, 200);
  }

  override onExit(end: ChildExit): void {
    LateChild.exited.push(end.returncode);
    super.onExit(end);
  }

  override kill(signal: Signal, scope?: SignalScope): KillAnswer {
    return this.#started ? super.kill(signal, scope) : 'gone';
  }
}

it('a case that is over before its child has started ends it nevertheless', async () => {
  backend = new BuggyBackend({ child: LateChild });
  const cases = complianceCases(backendSubject(backend));
  await cases.find(({ id }) => id === 'seam.flushed-when-taken')!.run();
  expect(LateChild.exited).toEqual([-9]);
});

describe('a backend that', () => {
  it.each(Object.entries(plantedBugs))('%s is caught', async (_, { bug, caughtBy }) => {
    backend = new BuggyBackend(bug);
    const cases = complianceCases(backendSubject(backend)).filter((one) => caughtBy.includes(one.id));
    expect(cases.map((one) => one.expects)).toEqual(caughtBy.map(() => 'pass'));
    expect((await failures(cases, { deadlineMs: DEADLINE_MS })).sort()).toEqual([...caughtBy].sort());
  });

  describe('has no bug passes', () => {
    const ids = new Set(Object.values(plantedBugs).flatMap(({ caughtBy }) => caughtBy));
    const cases = complianceCases(backendSubject(new BuggyBackend({})));
    registerCompliance(
      cases.filter((one) => ids.has(one.id) && one.expects === 'pass'),
      { describe, it },
    );
  });
});
