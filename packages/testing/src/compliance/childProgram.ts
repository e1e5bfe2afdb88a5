/**
 * The interpreter of steps, as the source of a Node program that `node -e` runs.
 *
 * Input and output are synchronous, so that they happen in the order of the steps. It is text, so that no compiler, bundler
 * or test runner changes it.
 */
export const CHILD_PROGRAM: string = String.raw`
'use strict';
const fs = require('node:fs');
const cp = require('node:child_process');
const source = process.execArgv[process.execArgv.indexOf('-e') + 1];
const encoded = process.argv.findIndex((arg) => arg.startsWith('steps:'));
const argv = process.argv.slice(encoded + 1);
const cell = new Int32Array(new SharedArrayBuffer(4));
const block = 65536;

function retry(action) {
  for (;;) {
    try {
      return action();
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(cell, 0, 0, 2);
    }
  }
}
function put(fd, bytes) {
  for (let done = 0; done < bytes.length; ) {
    done += retry(() => fs.writeSync(fd, bytes, done));
  }
}
function say(text, fd = 1) {
  put(fd, Buffer.from(text + '\n'));
}
function get(size) {
  const bytes = Buffer.allocUnsafe(size);
  try {
    return bytes.subarray(0, retry(() => fs.readSync(0, bytes, 0, size, null)));
  } catch (error) {
    if (error.code !== 'EOF') throw error;
    return bytes.subarray(0, 0);
  }
}
function line() {
  const parts = [];
  for (let byte = get(1); byte.length > 0; byte = get(1)) {
    parts.push(byte);
    if (byte[0] === 10) break;
  }
  return Buffer.concat(parts).toString();
}
function pattern(offset, count) {
  const bytes = Buffer.allocUnsafe(count);
  for (let i = 0; i < count; i += 1) bytes[i] = (offset + i) % 251;
  return bytes;
}
function statField(index) {
  if (process.platform !== 'linux') {
    const name = index === 2 ? 'pgid=' : 'sess=';
    return cp.execFileSync('ps', ['-o', name, '-p', String(process.pid)]).toString().trim();
  }
  const stat = fs.readFileSync('/proc/self/stat', 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[index];
}
function holds(path) {
  const wanted = fs.statSync(path);
  for (let fd = 0; fd < 1024; fd += 1) {
    try {
      const found = fs.fstatSync(fd);
      if (found.dev === wanted.dev && found.ino === wanted.ino) return true;
    } catch (error) {
      if (error.code !== 'EBADF') throw error;
    }
  }
  return false;
}
function fork(fds, steps) {
  const highest = Math.max(2, ...fds);
  const stdio = Array.from({ length: highest + 1 }, (_, fd) => (fds.includes(fd) ? fd : 'ignore'));
  cp.spawn(process.execPath, ['-e', source, '--', 'steps:' + JSON.stringify(steps)], { stdio }).unref();
}
const facts = {
  argv: () => JSON.stringify(argv),
  argv0: () => process.argv0,
  cwd: () => process.cwd(),
  environment: () => JSON.stringify(process.env),
  group: () => statField(2),
  session: () => statField(3),
  ids: () => process.getuid() + ':' + process.getgid(),
  pid: () => String(process.pid),
};
const actions = {
  write: (s) => put(s.fd, Buffer.from(s.text)),
  bytes: (s) => put(s.fd, Buffer.from(s.base64, 'base64')),
  pattern(s) {
    for (let done = 0; done < s.bytes; done += block) put(s.fd, pattern(done, Math.min(block, s.bytes - done)));
  },
  flood(s) {
    try {
      for (;;) put(s.fd, Buffer.alloc(block));
    } catch (error) {
      say(error.code, s.report);
    }
  },
  cat() {
    for (let bytes = get(block); bytes.length > 0; bytes = get(block)) put(1, bytes);
  },
  count() {
    let count = 0;
    for (let bytes = get(block); bytes.length > 0; bytes = get(block)) count += bytes.length;
    say('count:' + count);
  },
  read(s) {
    for (let left = s.bytes; left > 0; ) {
      const bytes = get(Math.min(left, block));
      if (bytes.length === 0) break;
      left -= bytes.length;
    }
  },
  line: () => void line(),
  upper: () => put(1, Buffer.from(line().toUpperCase())),
  close: (s) => fs.closeSync(s.fd),
  sleep: (s) => new Promise((resolve) => setTimeout(resolve, s.ms)),
  forever: () => new Promise(() => setInterval(() => {}, 1e9)),
  trap(s) {
    process.on(s.signal, () => {
      if (s.reaction === 'report') say(s.signal);
      else if (s.reaction !== 'ignore') process.exit(s.reaction);
    });
  },
  exit: (s) => process.exit(s.code),
  die(s) {
    process.kill(process.pid, s.signal);
    return actions.forever();
  },
  stop: () => void process.kill(process.pid, 'SIGSTOP'),
  print: (s) => say(facts[s.fact]()),
  env: (s) => say(JSON.stringify(process.env[s.name] ?? null)),
  stat(s) {
    const found = fs.fstatSync(s.fd);
    say(found.dev + ':' + found.ino);
  },
  holds: (s) => say(holds(s.path) ? 'open' : 'closed'),
  reopen(s) {
    try {
      fs.writeFileSync('/dev/stdout', s.text);
    } catch (error) {
      say('failed:' + error.code);
    }
  },
  fork: (s) => fork(s.fds, s.steps),
  loseLink() {
    throw new Error('a real child cannot lose its link');
  },
};
(async () => {
  for (const s of JSON.parse(process.argv[encoded].slice('steps:'.length))) await actions[s.do](s);
  process.exit(0);
})();
`;
