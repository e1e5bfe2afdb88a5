import { describe, it, jest } from '@jest/globals';
import { posixBackend } from '@subwire/posix';
import { backendSubject, complianceCases, registerCompliance } from '@subwire/testing';

// Longer than the deadline of a case, which says more when it is over.
jest.setTimeout(30_000);

registerCompliance(complianceCases(backendSubject(posixBackend)), { describe, it });
