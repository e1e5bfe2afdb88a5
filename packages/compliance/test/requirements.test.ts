import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { nodeBackend } from '@subwire/transport';
import {
  backendSubject,
  complianceCases,
  complianceRequirements,
  registerCompliance,
  type ComplianceCase,
} from '@subwire/testing';
import { processRequirements } from '../src/processCases.js';
import { PAGE_PATH, requirementsPage } from '../src/requirementsPage.js';

const all = { ...complianceRequirements, ...processRequirements };
const subject = backendSubject(nodeBackend);

/** A runner that keeps what it is given. */
function keptBy(cases: readonly ComplianceCase[]): { run: string[]; skipped: string[] } {
  const run: string[] = [];
  const skipped: string[] = [];
  const it = Object.assign((name: string) => run.push(name), { skip: (name: string) => skipped.push(name) });
  registerCompliance(cases, {
    describe: (_, body) => {
      body();
    },
    it,
  });
  return { run, skipped };
}

describe('the requirements', () => {
  it.each(Object.entries(all))('%s has an id of its area, one sentence and a source', (id, { behavior, source }) => {
    expect(id).toMatch(/^[a-z][A-Za-z]+\.[a-z0-9-]+$/);
    expect(behavior).toMatch(/^\S.*[^.\s]$/);
    expect(source).not.toBe('');
  });

  it('are on the reference page as they are', () => {
    const page = readFileSync(join(__dirname, '../../..', PAGE_PATH), 'utf8');
    // If this fails: pnpm docs:requirements
    expect(page).toBe(requirementsPage());
  });
});

describe('complianceCases', () => {
  it('expects a lack where a capability is missing, and names it', () => {
    const found = complianceCases(subject).find((one) => one.id === 'output.reopened');
    expect(found).toMatchObject({ expects: 'lack', requires: ['pipes.pipe'] });
    expect(found?.title).toMatch(/\[lacks pipes.pipe\]$/);
  });

  it('expects a lack for what looks below the transport, without a backend', () => {
    const { backend, ...foreign } = subject;
    expect(backend).toBe(nodeBackend);
    const below = complianceCases(foreign).filter((one) => one.id.startsWith('seam.'));
    expect(new Set(below.map((one) => one.expects))).toEqual(new Set(['lack']));
  });

  it('lets a known failure fail', async () => {
    const broken = { ...subject, exec: () => Promise.reject(new Error('broken')), knownFailures: ['exit.code'] };
    const found = complianceCases(broken).find((one) => one.id === 'exit.code');
    expect(found?.expects).toBe('fail');
    await found?.run();
  });

  it('does not let a known failure pass', async () => {
    const stale = { ...subject, knownFailures: ['exit.code'] };
    const found = complianceCases(stale).find((one) => one.id === 'exit.code');
    await expect(found?.run()).rejects.toThrow('exit.code passes now');
  });

  it('refuses a known failure that names no case', () => {
    expect(() => complianceCases({ ...subject, knownFailures: ['exit.cod'] })).toThrow('names no case: exit.cod');
  });

  it('ends a case that waits in vain at its deadline', async () => {
    const silent = { ...subject, exec: () => new Promise<never>(() => undefined) };
    const found = complianceCases(silent).find((one) => one.id === 'exit.code');
    await expect(found?.run({ deadlineMs: 50 })).rejects.toThrow('not done after 50 ms');
  });
});

describe('registerCompliance', () => {
  it('registers every case, and each lack as a skip', () => {
    const cases = complianceCases(subject);
    const { run, skipped } = keptBy(cases);
    expect(run.length + skipped.length).toBe(cases.length);
    expect(skipped).toEqual(cases.filter((one) => one.expects === 'lack').map((one) => one.title));
  });
});
