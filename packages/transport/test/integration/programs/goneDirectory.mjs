// Starts children from a directory that does not exist any more.
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { subprocessExec, SubprocessProtocol } from '../../../dist/index.js';

const directory = mkdtempSync(join(tmpdir(), 'subwire-gone-'));
process.chdir(directory);
rmdirSync(directory);
await subprocessExec(() => new SubprocessProtocol(), '/bin/true', [], { cwd: '/' });
const error = await subprocessExec(() => new SubprocessProtocol(), './true').catch((thrown) => thrown);
process.stdout.write(`/bin/true started, ./true: ${error.name} ${error.code}\n`);
