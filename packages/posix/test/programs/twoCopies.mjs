/** Two copies of the package in one process, and the package in a worker beside them, start children at the same time. */
import console from 'node:console';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { URL, fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { posixBackend } from '@subwire/posix';
import { children, run } from './common.mjs';

const original = fileURLToPath(new URL('../..', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'subwire-'));
const copy = join(directory, 'copy');
const unneeded = new Set(['node_modules', 'src', 'test']);
cpSync(original, copy, { recursive: true, filter: (file) => file === original || !unneeded.has(basename(file)) });
symlinkSync(join(original, 'node_modules'), join(copy, 'node_modules'));
const { posixBackend: second } = await import(pathToFileURL(join(copy, 'dist', 'index.js')).href);
console.log(second === posixBackend ? 'the same' : 'two copies');

const limits = () => readFileSync('/proc/self/limits', 'utf8');
const before = limits();
const code = `
  const { parentPort } = require('node:worker_threads');
  (async () => {
    const { isSupported } = await import(${JSON.stringify(import.meta.resolve('@subwire/posix'))});
    const { nodeBackend } = await import(${JSON.stringify(import.meta.resolve('@subwire/transport'))});
    const { run } = await import(${JSON.stringify(import.meta.resolve('./common.mjs'))});
    const codes = [isSupported().ok];
    for (let round = 0; round < 10; round += 1) codes.push((await run('/bin/true', [], { backend: nodeBackend }))[0]);
    parentPort.postMessage(codes.join(' '));
  })();
`;
const inWorker = new Promise((resolve, reject) => {
  new Worker(code, { eval: true }).on('message', resolve).on('error', reject);
});
const codes = new Set();
for (let round = 0; round < 20; round += 1) {
  const both = [posixBackend, second].flatMap((backend) => [1, 2, 3].map((number) => [backend, number]));
  const ended = await Promise.all(
    both.map(([backend, number]) => run('/bin/sh', ['-c', `exit ${number}`], { backend })),
  );
  codes.add(ended.map(([returncode]) => returncode).join(' '));
}
console.log([...codes].join());
console.log(await inWorker);
console.log(limits() === before ? 'the limits are what they were' : 'the limits have changed');
console.log(`${children().length} children`);
rmSync(directory, { recursive: true });
