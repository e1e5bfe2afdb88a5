/**
 * A worker changes our environment all the time; every child has all variables that nobody touches, each with its value.
 *
 * Argument: `process.env` if it does so as programs do, `native` if it calls the functions of the C library.
 */
import console from 'node:console';
import { createRequire } from 'node:module';
import process from 'node:process';
import { URL } from 'node:url';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { run } from './common.mjs';

for (let index = 0; index < 60; index += 1) process.env[`FIXED_${index}`] = `${index}`.repeat(20);
const changes = {
  'process.env': `
    const setenv = (name, value) => (process.env[name] = value);
    const unsetenv = (name) => delete process.env[name];
  `,
  native: `
    const library = require(${JSON.stringify(createRequire(new URL('../../package.json', import.meta.url)).resolve('koffi'))}).load(null);
    const set = library.func('setenv', 'int', ['str', 'str', 'int']);
    const setenv = (name, value) => set(name, value, 1);
    const unsetenv = library.func('unsetenv', 'int', ['str']);
  `,
};
const code = `
  ${changes[process.argv[2]]}
  for (let round = 0; ; round += 1) {
    setenv('CHANGING_' + (round % 40), 'x'.repeat(round % 100));
    if (round % 3 === 0) unsetenv('CHANGING_' + ((round * 7) % 40));
  }
`;
const worker = new Worker(code, { eval: true, env: SHARE_ENV });
await new Promise((resolve) => worker.once('online', resolve));
const wrong = new Set();
for (let round = 0; round < 150; round += 1) {
  const [returncode, text] = await run('/usr/bin/env', ['-0']);
  if (returncode !== 0) wrong.add(`returned ${returncode}`);
  const variables = text.split('\0').slice(0, -1);
  for (let index = 0; index < 60; index += 1) {
    const found = variables.filter((variable) => variable.startsWith(`FIXED_${index}=`));
    if (found.join() !== `FIXED_${index}=${`${index}`.repeat(20)}`) wrong.add(`FIXED_${index}: ${found.join()}`);
  }
  for (const variable of variables) {
    if (variable.startsWith('CHANGING_') && !/^CHANGING_\d+=x*$/.test(variable)) wrong.add(variable);
  }
}
// Node reads the environment to print, and the C library does not expect that beside another thread that changes it.
await worker.terminate();
console.log(wrong.size === 0 ? 'all right' : [...wrong].slice(0, 5).join('\n'));
process.exit();
