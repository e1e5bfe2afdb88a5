// Leaves a child running that it does not wait for, in the way that the first argument names, and ends by itself.
import process from 'node:process';
import { DEVNULL, PIPE, STDOUT, subprocessExec, SubprocessProtocol } from '../../../dist/index.js';
import { setTimeout } from 'node:timers';

const shapes = {
  pipes: {},
  merged: { stderr: STDOUT },
  extra: { extraFds: { 3: PIPE } },
  none: { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL },
};
const [transport] = await subprocessExec(
  () => new SubprocessProtocol(),
  'sleep',
  ['60'],
  shapes[process.argv[2] ?? 'pipes'],
);
transport.unref();
if (process.argv[3] === 'again') {
  transport.ref();
  setTimeout(() => transport.unref(), 50);
}
process.on('exit', () => {
  transport.kill();
  process.stdout.write('ended first');
});
