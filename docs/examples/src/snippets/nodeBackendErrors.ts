import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpawnError, subprocessExec, SubprocessProtocol, type SubprocessExecOptions } from '@subwire/transport';

const directory = mkdtempSync(join(tmpdir(), 'subwire-'));
const script = join(directory, 'no-hash-bang');
writeFileSync(script, 'echo hello\n');
chmodSync(script, 0o755);
const orphan = join(directory, 'orphan');
writeFileSync(orphan, '#!/no/such/interpreter\n');
chmodSync(orphan, 0o755);

// #region program
async function failure(program: string, options?: SubprocessExecOptions): Promise<string> {
  try {
    await subprocessExec(() => new SubprocessProtocol(), program, [], options);
  } catch (error) {
    if (error instanceof SpawnError) {
      return `${error.code.padEnd(8)} at ${error.stage}`;
    }
    throw error;
  }
  return 'started';
}

console.log(await failure('no-such-program'));
console.log(await failure('/etc/passwd'));
console.log(await failure(script)); // text without "#!"
console.log(await failure(orphan)); // "#!/no/such/interpreter"
console.log(await failure('date', { cwd: '/no/such/directory' }));
console.log(await failure('date', { stdin: 987 })); // not open
// #endregion program

rmSync(directory, { recursive: true });
