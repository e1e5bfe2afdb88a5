import { describe, it, jest } from '@jest/globals';
import { complianceCases, fakeSubject, registerCompliance } from '@subwire/testing';

// Longer than the deadline of a case, which says more when it is over.
jest.setTimeout(30_000);

registerCompliance(complianceCases(fakeSubject()), { describe, it });

describe('cut anywhere and delivered in any order', () => {
  registerCompliance(complianceCases(fakeSubject({ chunking: 'random', seed: 4_711 })), { describe, it });
});

describe('with pipes that hold little', () => {
  // The one case in which the output of a child that nobody reads has to fit.
  const cases = complianceCases(fakeSubject({ capacityBytes: 4_096 })).filter(({ id }) => id !== 'output.late-reader');
  registerCompliance(cases, { describe, it });
});
