/**
 * Starts programs that are stuck, and others beside them; prints what became of each.
 *
 * Arguments: how many are stuck; what ends it: `release`, `abort`, or `exit`.
 */
import console from 'node:console';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout } from 'node:timers';
import { setTimeout as delay } from 'node:timers/promises';
import { leaseProgram } from './lease.mjs';
import { Plain, run, start } from './common.mjs';

const { AbortController } = globalThis;
const [count, how] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'subwire-'));
process.on('exit', () => rmSync(directory, { recursive: true }));

// The first child of all is started on this thread, the second one brings up another.
await run('/bin/true');
await run('/bin/date');

const controller = new AbortController();
const leases = [];
const stuck = [];
const mark = join(directory, 'ran');
for (let index = 0; index < Number(count); index += 1) {
  const path = join(directory, `touch${index}`);
  leases.push(leaseProgram('/bin/touch', path));
  stuck.push(
    start(new Plain(), path, [mark], { signal: controller.signal }).then(
      async (protocol) => {
        await protocol.ended;
        return `ran ${protocol.transport.getReturncode()}`;
      },
      (error) => error.name,
    ),
  );
}
const begin = performance.now();
const others = await Promise.all(Array.from({ length: 8 }, () => run('/bin/echo', ['hi'])));
const tookMs = performance.now() - begin;
console.log(others.every(([code, text]) => code === 0 && text === 'hi\n') ? 'the others ran' : 'the others failed');
console.log(tookMs < 1_000 ? 'soon' : `after ${tookMs} ms`);
const threads = readdirSync('/proc/self/task').length;
console.log(threads < 100 ? 'few threads' : `${threads} threads`);
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
  await delay(100);
}
console.log(existsSync(mark) ? 'the program was executed' : 'the program was not executed');
