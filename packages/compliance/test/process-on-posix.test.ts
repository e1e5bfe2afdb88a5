import { describe, it, jest } from '@jest/globals';
import { posixBackend } from '@subwire/posix';
import { backendSubject, registerCompliance } from '@subwire/testing';
import { processCases } from '../src/processCases.js';

// Longer than the deadline of a case, which says more when it is over.
jest.setTimeout(30_000);

registerCompliance(processCases(backendSubject(posixBackend)), { describe, it });
