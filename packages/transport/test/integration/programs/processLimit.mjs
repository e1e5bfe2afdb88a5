// Starts children until the system has no room for another process; run under a limit, as a user who is not root.
import process from 'node:process';
import { readdirSync } from 'node:fs';
import { setImmediate } from 'node:timers';
import { subprocessExec, SubprocessProtocol } from '../../../dist/index.js';

const openFds = () => readdirSync('/proc/self/fd').length;
const started = [];
let refusal = 'none';
let before = 0;
for (let count = 0; count < 100 && refusal === 'none'; count += 1) {
  before = openFds();
  try {
    const [transport] = await subprocessExec(() => new SubprocessProtocol(), '/bin/sleep', ['60']);
    started.push(transport);
  } catch (thrown) {
    refusal = `${thrown.name} ${thrown.code} ${thrown.stage}`;
  }
}
await new Promise((resolve) => setImmediate(resolve));
process.stdout.write(`${started.length > 0 ? 'some' : 'none'} started, then ${refusal}, ${openFds() - before} lost`);
for (const transport of started) {
  transport.close();
}
