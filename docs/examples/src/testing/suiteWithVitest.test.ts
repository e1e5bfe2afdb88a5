import { complianceCases, fakeSubject, registerCompliance } from '@subwire/testing';
import { describe, it } from 'vitest';

// One area is enough to see that the adapter fits the runner: cases that pass, and one that is skipped.
const cases = complianceCases(fakeSubject()).filter(({ id }) => id.startsWith('spawn.'));

registerCompliance(cases, { describe, it });
