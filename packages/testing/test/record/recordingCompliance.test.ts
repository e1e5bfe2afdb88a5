/** A backend that is recorded is still a backend: it passes the suite of the one below. */
import { describe, expect, it } from '@jest/globals';
import { backendSubject } from '../../src/compliance/subject.js';
import { complianceCases } from '../../src/compliance/complianceCases.js';
import { fakeSubject } from '../../src/compliance/fakeSubject.js';
import { registerCompliance } from '../../src/compliance/registerCompliance.js';
import { recordBackend } from '../../src/record/recordBackend.js';
import { parseSession } from '../../src/record/sessionText.js';

const subject = fakeSubject();
if (subject.backend === undefined) {
  throw new Error('the fake subject has no backend');
}
const recording = recordBackend(subject.backend);
const all = complianceCases({ ...subject, ...backendSubject(recording), commands: subject.commands });
// Those with megabytes would fill a recording, and say nothing about one.
const cases = all.filter(({ id }) => /^(spawn|order|exit|held|signals|close|seam)\./.test(id));

describe('a recorded backend', () => {
  registerCompliance(cases, { describe, it });

  it('has written down all of it, and the text says the same', () => {
    const { session } = recording;
    expect(session.events.length).toBeGreaterThan(500);
    const text = session.toText();
    // Not the events one by one: comparing bytes is slow in Jest.
    expect(parseSession(text).toText() === text).toBe(true);
  });
});
