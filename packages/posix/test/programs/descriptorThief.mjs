/**
 * Starts children while a thread of this process takes the last free descriptors and gives them back, at moments of its own.
 * Prints the kinds of outcomes, and what is left.
 *
 * Arguments: the backend, milliseconds.
 */
import { closeSync, openSync } from 'node:fs';
import console from 'node:console';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { URL } from 'node:url';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { posixBackend } from '@subwire/posix';
import { DEVNULL, nodeBackend, subprocessExec } from '@subwire/transport';
import { lastingZombies, Plain } from './common.mjs';

function steal(stop) {
  const taken = [];
  let random = 12345;
  const below = (limit) => (random = (random * 1103515245 + 12345) % 2147483648) % limit;
  while (Atomics.load(stop, 0) === 0) {
    try {
      for (;;) taken.push(openSync('/dev/null', 'r'));
    } catch {
      // That was the last one.
      Atomics.wait(stop, 0, 0, below(2) * below(3));
    }
    taken.splice(0, below(taken.length + 1)).forEach(closeSync);
    Atomics.wait(stop, 0, 0, below(2));
  }
  taken.forEach(closeSync);
}

async function attempt(backend, options) {
  let transport, protocol;
  try {
    const creation = subprocessExec(() => new Plain(), '/bin/sh', ['-c', 'echo hello'], { backend, ...options });
    [transport, protocol] = await creation;
  } catch (error) {
    return error.name === 'SpawnError' ? 'rejected' : `${error.name}: ${error.message}`;
  }
  await protocol.ended;
  return transport.getReturncode() === 0 && (options.stdout === DEVNULL || protocol.text === 'hello\n')
    ? 'ran'
    : `${transport.getReturncode()} ${protocol.text}`;
}

async function main([name, ms]) {
  const backend = name === 'posix' ? posixBackend : nodeBackend;
  const outcomes = new Set();
  process.on('uncaughtException', (error) => outcomes.add(`uncaught: ${error.stack}`));
  process.on('unhandledRejection', (error) => outcomes.add(`unhandled: ${error.stack}`));
  await attempt(backend, {});
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const thief = new Worker(new URL(import.meta.url), { workerData: stop });
  const end = performance.now() + Number(ms);
  while (performance.now() < end) {
    const none = { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL };
    const all = [attempt(backend, {}), attempt(backend, none), attempt(backend, { ...none, startNewSession: true })];
    const late = delay(10_000, ['never settled'], { ref: false });
    (await Promise.race([Promise.all(all), late])).forEach((outcome) => outcomes.add(outcome));
  }
  Atomics.store(stop, 0, 1);
  await new Promise((resolve) => thief.on('exit', resolve));
  console.log([...outcomes].sort().join('\n'));
  console.log(`zombies: ${await lastingZombies()}`);
  console.log(`later: ${await attempt(backend, {})}`);
}

if (isMainThread) {
  await main(process.argv.slice(2));
} else {
  steal(workerData);
}
