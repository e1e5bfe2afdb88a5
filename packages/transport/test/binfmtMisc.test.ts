import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { isRegisteredFormat } from '../src/seam/binfmtMisc.js';

const scratch = mkdtempSync(join(tmpdir(), 'subwire-'));

afterAll(() => {
  rmSync(scratch, { recursive: true });
});

/** Makes a directory as the kernel shows it. */
function formats(entries: Record<string, string>): string {
  const directory = mkdtempSync(join(scratch, 'binfmt-'));
  for (const [name, text] of Object.entries({ status: 'enabled\n', register: '', ...entries })) {
    writeFileSync(join(directory, name), text);
  }
  return directory;
}

const QEMU =
  'enabled\ninterpreter /usr/bin/qemu\nflags: OCF\noffset 0\nmagic 7f454c460201000000b7\nmask ffffffffffff000000ff\n';
const header = Buffer.from('7f454c4602010106ccb7', 'hex');

describe('a registered format', () => {
  it('takes files by their first bytes, without those that its mask leaves out', () => {
    const directory = formats({ qemu: QEMU });
    expect(isRegisteredFormat('/a', header, directory)).toBe(true);
    expect(isRegisteredFormat('/a', Buffer.from('7f454c4602010106ccb8', 'hex'), directory)).toBe(false);
    expect(isRegisteredFormat('/a', header.subarray(0, 9), directory)).toBe(false);
  });

  it('takes files by bytes further on', () => {
    const directory = formats({ tar: 'enabled\ninterpreter /x\nflags: \noffset 4\nmagic 0201\n' });
    expect(isRegisteredFormat('/a', header, directory)).toBe(true);
    expect(isRegisteredFormat('/a', header.subarray(1), directory)).toBe(false);
  });

  it('takes files by the end of their name', () => {
    const directory = formats({ wine: 'enabled\ninterpreter /usr/bin/wine\nflags: \nextension .exe\n' });
    expect(isRegisteredFormat('/a/b.exe', Buffer.alloc(0), directory)).toBe(true);
    expect(isRegisteredFormat(Buffer.from('/a/\xff.exe', 'latin1'), Buffer.alloc(0), directory)).toBe(true);
    expect(isRegisteredFormat('/a.exe/b', Buffer.alloc(0), directory)).toBe(false);
  });

  it('takes nothing while it is switched off, or all of them are', () => {
    expect(isRegisteredFormat('/a', header, formats({ qemu: QEMU.replace('enabled', 'disabled') }))).toBe(false);
    expect(isRegisteredFormat('/a', header, formats({ qemu: QEMU, status: 'disabled\n' }))).toBe(false);
  });

  it('is not known where none can be seen', () => {
    expect(isRegisteredFormat('/a', header, mkdtempSync(join(scratch, 'empty-')))).toBeNull();
    expect(isRegisteredFormat('/a', header, join(scratch, 'none'))).toBeNull();
  });
});
