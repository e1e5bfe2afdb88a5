import { describe, it, jest } from '@jest/globals';
import { complianceCases, fakeSubject, registerCompliance } from '@subwire/testing';

// Longer than the deadline of a case, which says more when it is over.
jest.setTimeout(30_000);

registerCompliance(complianceCases(fakeSubject()), { describe, it });
