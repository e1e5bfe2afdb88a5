/**
 * Starts programs that are stuck, and others beside them; prints what became of each.
 *
 * Arguments: how many are stuck; what ends it: `release`, `abort`, or `exit`.
 */
import console from 'node:console';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers';
import { leaseProgram } from './lease.mjs';
import { noChildren, Plain, run, start } from './common.mjs';

const { AbortController } = globalThis;
const [count, how] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'subwire-'));
process.on('exit', () => rmSync(directory, { recursive: true }));
let threads = 0;
process.on('worker', () => (threads += 1));

// The first child of all is started on this thread, the second one brings up another.
await run('/bin/true');
await run('/bin/date');

const controller = new AbortController();
const leases = [];
const mark = join(directory, 'ran');
let returned = 0;
const stuck = Array.from({ length: Number(count) }, (_, index) => {
  const path = join(directory, `touch${index}`);
  leases.push(leaseProgram('/bin/touch', path));
  return start(new Plain(), path, [mark], { signal: controller.signal })
    .finally(() => (returned += 1))
    .then(
      async (protocol) => {
        await protocol.ended;
        return `ran ${protocol.transport.getReturncode()}`;
      },
      (error) => error.name,
    );
});
const others = await Promise.all(Array.from({ length: 8 }, () => run('/bin/echo', ['hi'])));
console.log(others.every(([code, text]) => code === 0 && text === 'hi\n') ? 'the others ran' : 'the others failed');
// The pool of libuv has four threads as a rule.
await readFile('/proc/self/status');
console.log('a file was read');
console.log(returned === 0 ? 'meanwhile' : `after ${returned} that were stuck`);
console.log(threads <= 8 ? 'at most eight threads' : `${threads} threads`);
if (how === 'exit') {
  setTimeout(() => console.log('late'), 5_000).unref();
  process.exitCode = 7;
  process.exit();
}
if (how === 'release') leases.forEach((release) => release());
if (how === 'abort') controller.abort();
console.log([...new Set(await Promise.all(stuck))].join());
if (how === 'abort') {
  leases.forEach((release) => release());
  await noChildren();
}
console.log(existsSync(mark) ? 'the program was executed' : 'the program was not executed');
