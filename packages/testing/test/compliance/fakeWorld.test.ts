import { once } from 'node:events';
import { closeSync, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TextRequest } from '@subwire/transport';
import { CallerDescriptors } from '../../src/compliance/fakeWorld.js';

/** A request in which descriptor 0 of the child is `fd`. */
function withInput(fd: number): TextRequest {
  return { stdio: new Map([[0, { kind: 'fd', fd }]]) } as unknown as TextRequest;
}

function identityOf(fd: number): string {
  const { dev, ino } = fstatSync(fd);
  return `${dev}:${ino}`;
}

describe('the descriptors of a fake child of the suite', () => {
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'subwire-fake-'));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('are what the caller gave, also if it cannot be opened again', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
    const given = new CallerDescriptors(withInput(fd));
    expect(given.identity(0)).toBe(identityOf(fd));
    given.close();
    server.close();
    await once(server, 'close');
  });

  it('hold a file that was given, and no other', () => {
    const [one, other] = [join(folder, 'one'), join(folder, 'other')];
    const fd = openSync(one, 'w');
    closeSync(openSync(other, 'w'));
    const given = new CallerDescriptors(withInput(fd));
    closeSync(fd);
    expect([given.holds(one), given.holds(other)]).toEqual([true, false]);
    given.close();
    expect(given.holds(one)).toBe(false);
  });
});
