import { describe, it, jest } from '@jest/globals';
import { complianceCases, fakeSubject, registerCompliance } from '@subwire/testing';

// Longer than the deadline of a case, which says more when it is over.
jest.setTimeout(30_000);

registerCompliance(complianceCases(fakeSubject()), { describe, it });

describe('cut anywhere and delivered in any order', () => {
  registerCompliance(complianceCases(fakeSubject({ chunking: 'random', seed: 4_711 })), { describe, it });
});

describe('with pipes that hold little', () => {
  // Its child cannot exit before somebody reads: the output does not fit.
  const knownFailures = ['output.late-reader'];
  registerCompliance(complianceCases(fakeSubject({ capacityBytes: 4_096 }, { knownFailures })), { describe, it });
});
