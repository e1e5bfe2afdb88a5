/** Starts children and lets them keep the host alive or not; prints what the host saw when it ends. */
import console from 'node:console';
import process from 'node:process';
import { DEVNULL } from '@subwire/transport';
import { Plain, start } from './common.mjs';

const none = { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL };
const sleep = (seconds, options = {}) => start(new Plain(), '/bin/sleep', [String(seconds)], options);
const seen = [];
const say = (line) => seen.push(line);
process.on('exit', () => console.log(seen.join('\n')));

const tasks = {
  async default() {
    const child = await sleep(0.3);
    void child.ended.then(() => say('ended'));
  },
  async unref() {
    const child = await sleep(30);
    child.transport.unref();
    say(child.transport.getPid());
  },
  async 'unref without pipes'() {
    const child = await sleep(30, none);
    child.transport.unref();
    say(child.transport.getPid());
  },
  async 'unref twice, ref once'() {
    const child = await sleep(0.3);
    child.transport.unref();
    child.transport.unref();
    child.transport.ref();
    void child.ended.then(() => say('ended'));
  },
  async 'beside another'() {
    const child = await sleep(30);
    child.transport.unref();
    say(child.transport.getPid());
    const other = await sleep(0.3);
    void other.ended.then(() => say('other ended'));
  },
  /** It hears of everything as long as something else keeps the host alive. */
  async 'heard meanwhile'() {
    const child = await start(new Plain(), '/bin/sh', ['-c', 'echo hello; exit 3']);
    child.transport.unref();
    const other = await sleep(0.3);
    void other.ended.then(() => say(`${child.text.trim()} ${child.transport.getReturncode()}`));
  },
  /** A grandchild holds the output when the child has ended. */
  async 'held pipe'() {
    const child = await start(new Plain(), '/bin/sh', ['-c', 'sleep 30 & echo $!']);
    child.processExited = () => {
      say(child.text.trim());
      child.transport.unref();
    };
  },
};

await tasks[process.argv[2]]();
