/** In a pid namespace of its own: a later child gets the pid of an earlier one, whose handle must not reach it. */
import console from 'node:console';
import { setTimeout } from 'node:timers';
import { writeFileSync } from 'node:fs';
import { posixBackend } from '@subwire/posix';
import { Plain, run, start } from './common.mjs';

const handles = [];
const backend = {
  ...posixBackend,
  spawn(request) {
    const handle = posixBackend.spawn(request);
    handles.push(handle);
    return handle;
  },
};
// A start thread has a number too: it is to be there before any number is to be used again.
for (const program of ['/bin/true', '/bin/date']) await run(program);
const first = await start(new Plain(), '/bin/true', [], { backend, startNewSession: true });
await first.ended;
const pid = first.transport.getPid();
let second;
for (let round = 0; round < 50; round += 1) {
  writeFileSync('/proc/sys/kernel/ns_last_pid', String(pid - 1));
  second = await start(new Plain(), '/bin/sleep', ['20'], { backend, startNewSession: true });
  if (second.transport.getPid() === pid) break;
  second.transport.kill();
  await second.ended;
}
if (second.transport.getPid() !== pid) throw new Error('the pid was not used again');
for (const scope of ['process', 'group']) {
  for (const signal of [9, 15, 0]) console.log(handles[0].kill(signal, scope));
}
await new Promise((resolve) => setTimeout(resolve, 100));
console.log(second.transport.getReturncode() === null ? 'the stranger lives' : 'the stranger was killed');
second.transport.kill();
await second.ended;
