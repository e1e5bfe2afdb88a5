/** A backend that is recorded is still a backend: it passes the suite of the one below. */
import { describe, expect, it } from '@jest/globals';
import { backendSubject } from '../../src/compliance/subject.js';
import { complianceCases } from '../../src/compliance/complianceCases.js';
import type { ComplianceCase } from '../../src/compliance/complianceCase.js';
import { fakeSubject } from '../../src/compliance/fakeSubject.js';
import { registerCompliance } from '../../src/compliance/registerCompliance.js';
import { recordBackend, type RecordingBackend } from '../../src/record/recordBackend.js';
import { parseSession } from '../../src/record/sessionText.js';

const subject = fakeSubject();
if (subject.backend === undefined) {
  throw new Error('the fake subject has no backend');
}
const recording = recordBackend(subject.backend);
const recordingOfMegabytes = recordBackend(subject.backend);
const light = /^(spawn|order|exit|heldPipes|signals|close|seam)\.(?!flushed|end-flushes|written-bytes)/;

function casesOn(backend: RecordingBackend): ComplianceCase[] {
  return complianceCases({ ...subject, ...backendSubject(backend), commands: subject.commands });
}

describe('a recorded backend', () => {
  const cases = casesOn(recording).filter(({ id }) => light.test(id));
  registerCompliance(cases, { describe, it });

  // Recorded apart: their megabytes would make the text below slow, and say no more.
  const others = casesOn(recordingOfMegabytes).filter(({ id }) => !light.test(id));
  registerCompliance(others, { describe, it });

  it('has written down all of it, and the text says the same', () => {
    const { session } = recording;
    expect(session.events.length).toBeGreaterThan(500);
    const text = session.toText();
    // Not the events one by one: comparing bytes is slow in Jest.
    expect(parseSession(text).toText() === text).toBe(true);
  });
});
