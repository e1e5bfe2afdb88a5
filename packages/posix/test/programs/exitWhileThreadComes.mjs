/** Exits so many milliseconds after a start thread was made: `node exitWhileThreadComes.mjs MILLISECONDS`. */
import process from 'node:process';
import { setTimeout } from 'node:timers';
import { posixBackend } from '@subwire/posix';
import { subprocessExec, SubprocessProtocol } from '@subwire/transport';

process.once('worker', () => {
  setTimeout(() => process.exit(7), Number(process.argv[2]));
});
for (const program of ['true', '/bin/true', 'false', '/bin/false']) {
  void subprocessExec(() => new SubprocessProtocol(), program, [], { backend: posixBackend });
}
