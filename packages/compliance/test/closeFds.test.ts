import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { nodeBackend, type SubprocessBackend } from '@subwire/transport';
import { posixBackend } from '@subwire/posix';

jest.setTimeout(30_000);

/** So high that Node does not find it when it makes its inherited descriptors private at its start. */
const FD = 40;

/** Starts a child of its own with each backend, and prints which of them let it have `FD`. */
const PROGRAM = `
  import { fstatSync } from 'node:fs';
  import { nodeBackend, subprocessExec } from '@subwire/transport';
  import { posixBackend } from '@subwire/posix';
  import { machineCommands, RecordingProtocol, step } from '@subwire/testing';
  fstatSync(${FD});
  const { program, args } = machineCommands.steps([step.holds(process.argv[1])]);
  const found = [];
  for (const backend of [nodeBackend, posixBackend]) {
    const [, protocol] = await subprocessExec(() => new RecordingProtocol(), program, args, { backend });
    await protocol.lost;
    found.push(protocol.text(1).trim());
  }
  console.log(found.join(' '));
`;

/** Runs the program in a process that has `FD` open on a file, left inheritable. */
async function found(): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'subwire-close-fds-'));
  const path = join(directory, 'file');
  const fd = openSync(path, 'w');
  try {
    const stdio = Array.from({ length: FD + 1 }, (_, at) => (at === FD ? fd : at === 1 ? 'pipe' : 'ignore'));
    const args = ['--input-type=module', '-e', PROGRAM, path];
    const child = spawn(process.execPath, args, { cwd: join(__dirname, '..'), stdio });
    const chunks: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    await new Promise((resolve) => child.on('close', resolve));
    return Buffer.concat(chunks).toString().trim().split(' ');
  } finally {
    closeSync(fd);
    rmSync(directory, { recursive: true });
  }
}

const said = ({ supports }: SubprocessBackend): string => (supports.closeFds ? 'closed' : 'open');

// No case of the suite: a process cannot leave a descriptor of its own inheritable, only be started with one.
describe('closeFds', () => {
  const onLinux = process.platform === 'linux' ? it : it.skip;

  onLinux('is what the backends do with a descriptor that foreign code left inheritable', async () => {
    expect(await found()).toEqual([nodeBackend, posixBackend].map(said));
  });
});
