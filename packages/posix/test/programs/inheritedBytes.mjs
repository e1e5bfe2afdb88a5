/** Prints what a child has of a variable that is not UTF-8, as we inherited it: ours first, before and after a change. */
import { Buffer } from 'node:buffer';
import console from 'node:console';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { run } from './common.mjs';

const hexOf = (block) =>
  block
    .split('\0')
    .filter((variable) => variable.startsWith('ODD'))
    .map((variable) => Buffer.from(variable, 'latin1').toString('hex'))
    .join();
console.log(hexOf(readFileSync('/proc/self/environ', 'latin1')));
for (const value of ['one', 'two']) {
  process.env.OTHER = value;
  const [, text] = await run('/usr/bin/env', ['-0']);
  console.log(`${hexOf(text)} ${text.includes(`OTHER=${value}\0`)}`);
}
