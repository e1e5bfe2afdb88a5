/** Forgets the leader of a group that goes on, and says whether what kept the group reachable is there. */
import console from 'node:console';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { DEVNULL } from '@subwire/transport';
import { Plain, start } from './common.mjs';

const isPidfd = (fd) => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`).includes('pidfd');
  } catch {
    return false;
  }
};
const isZombie = (pid) => {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
    return state === 'Z' && Number(parent) === process.pid;
  } catch {
    return false;
  }
};
const isKept = () => readdirSync('/proc/self/fd').some(isPidfd) || readdirSync('/proc').some(isZombie);

async function startAndForget() {
  const none = { stdin: DEVNULL, stderr: DEVNULL, startNewSession: true };
  const leader = await start(new Plain(), '/bin/sh', ['-c', 'sleep 30 >/dev/null & echo $!'], none);
  await leader.ended;
  // The transport is in use here, so no collection takes it before the look.
  const kept = isKept();
  console.log(`kept: ${kept && leader.transport !== undefined}`);
  return Number(leader.text);
}

const orphan = await startAndForget();
for (let round = 0; round < 50 && isKept(); round += 1) {
  globalThis.gc();
  await delay(20);
}
console.log(`kept after a collection: ${isKept()}`);
process.kill(orphan, 'SIGKILL');
