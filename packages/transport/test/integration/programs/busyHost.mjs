// Always has children under way, and prints how many kilobytes of each start are kept. Run with --expose-gc.
import process from 'node:process';
import { DEVNULL, subprocessExec, SubprocessProtocol } from '../../../dist/index.js';

const TOTAL = 600;
const AT_ONCE = 20;
const stdio = { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL };
let started = 0;
const heap = [];

function measure() {
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  heap.push((heapUsed + external) / 1e3);
}

async function one(number) {
  await new Promise((resolve, reject) => {
    class Ending extends SubprocessProtocol {
      connectionLost() {
        resolve();
      }
    }
    const env = { A: 'x'.repeat(20_000) + number };
    subprocessExec(() => new Ending(), '/bin/true', [], { ...stdio, env }).catch(reject);
  });
}

async function worker() {
  while (started < TOTAL) {
    started += 1;
    if (started === TOTAL / 3 || started === TOTAL) {
      measure();
    }
    await one(started);
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, worker));
process.stdout.write(((heap[1] - heap[0]) / ((TOTAL * 2) / 3)).toFixed(2));
