// Pollutes Object.prototype with everything a start might read by mistake, then starts children.
import process from 'node:process';
import { TextDecoder } from 'node:util';
import { subprocessExec, SubprocessProtocol } from '../../../dist/index.js';

class Collector extends SubprocessProtocol {
  text = '';
  constructor() {
    super();
    this.over = new Promise((resolve) => {
      this.connectionLost = resolve;
    });
  }
  pipeDataReceived(_fd, data) {
    this.text += new TextDecoder().decode(data);
  }
}

async function outputOf(program, args, options) {
  const [, protocol] = await subprocessExec(() => new Collector(), program, args, options);
  await protocol.over;
  return protocol.text;
}

const evil = {
  NODE_OPTIONS: '--title=polluted',
  PATH: '/polluted',
  LD_PRELOAD: '/polluted.so',
  uid: 12345,
  gid: 12345,
  user: 12345,
  group: 12345,
  shell: '/polluted/shell',
  cwd: '/polluted',
  argv0: 'polluted',
  executable: '/polluted/program',
  detached: true,
  startNewSession: true,
  stdin: 99,
  stdout: 99,
  passFds: [99],
  env: { POLLUTED: '1' },
  timeout: 1,
  high: 1,
  low: 1,
  backend: { name: 'polluted' },
  onCallbackError: 'polluted',
};
const outcomes = [];
for (const [key, value] of Object.entries(evil)) {
  Object.prototype[key] = value;
  try {
    const own = Object.create(null);
    own.env = { A: '1' };
    const seen = await outputOf('sh', ['-c', '/usr/bin/env; id -u; pwd; ps -o sid= -p $$'], own);
    const whole = await outputOf('/usr/bin/env', []);
    outcomes.push([key, seen, /polluted/i.test(whole)]);
  } catch (thrown) {
    outcomes.push([key, String(thrown), false]);
  } finally {
    delete Object.prototype[key];
  }
}
const clean = await outputOf('sh', ['-c', '/usr/bin/env; id -u; pwd; ps -o sid= -p $$'], { env: { A: '1' } });
for (const [key, seen, leaked] of outcomes) {
  if (seen !== clean || leaked) {
    process.stdout.write(`${key}: ${seen}\n`);
  }
}
process.stdout.write('done');
