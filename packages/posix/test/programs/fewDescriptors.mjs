/**
 * Starts children with k free descriptors, and prints what came of each; then frees all, and prints what is left.
 *
 * Arguments: the backend; `cold` (these are the first children) or `warm`; k; where the last ones are taken: `before` the
 * calls, or right `after` them, when the starts are under way.
 */
import { closeSync, openSync } from 'node:fs';
import console from 'node:console';
import process from 'node:process';
import { clearTimeout, setTimeout } from 'node:timers';
import { posixBackend } from '@subwire/posix';
import { DEVNULL, nodeBackend, subprocessExec } from '@subwire/transport';
import { lastingZombies, Plain } from './common.mjs';

const [name, warmth, free, when] = process.argv.slice(2);
const backend = name === 'posix' ? posixBackend : nodeBackend;
const uncaught = [];
process.on('uncaughtException', (error) => uncaught.push(`uncaught: ${error.message}`));
process.on('unhandledRejection', (error) => uncaught.push(`unhandled: ${error.message}`));

async function attempt(program, args, expected, options = {}) {
  let transport, protocol;
  try {
    [transport, protocol] = await subprocessExec(() => new Plain(), program, args, { backend, ...options });
  } catch (error) {
    return error.name === 'SpawnError' ? 'rejected' : `rejected with ${error.name}: ${error.message}`;
  }
  await protocol.ended;
  const outcome = `${transport.getReturncode()} ${protocol.text}`;
  return outcome === expected ? 'ran' : `ran wrong: ${outcome}`;
}

function within(promise, ms) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms, 'never settled');
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function startAll() {
  const none = { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL };
  return [
    attempt('/bin/echo', ['hello'], '0 hello\n'),
    attempt('/bin/sleep', ['0.05'], '0 ', none),
    attempt('/bin/sh', ['-c', 'exit 3'], '3 ', { ...none, startNewSession: true }),
  ].map((creation) => within(creation, 5_000));
}

/** Takes all descriptors but so many. */
function takeAllBut(count) {
  const taken = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch (full) {
    if (full.code !== 'EMFILE') throw full;
  }
  taken.splice(0, count).forEach(closeSync);
  return taken;
}

if (warmth === 'warm') {
  await Promise.all(startAll());
}
let taken = when === 'before' ? takeAllBut(Number(free)) : [];
const starting = startAll();
if (when === 'after') {
  taken = takeAllBut(Number(free));
}
const outcomes = await Promise.all(starting);
taken.forEach(closeSync);
console.log([...new Set(outcomes)].sort().join('\n'));
console.log(`zombies: ${await lastingZombies()}`);
console.log(`later: ${[...new Set(await Promise.all(startAll()))].join()}`);
console.log(uncaught.join('\n'));
