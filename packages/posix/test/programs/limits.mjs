/** Prints our soft limit of descriptors, and what a child sees of limits and signals. */
import console from 'node:console';
import { readFileSync } from 'node:fs';
import { run } from './common.mjs';

const [, text] = await run('/bin/sh', ['-c', 'ulimit -Sn; grep -E "^Sig(Blk|Ign)" /proc/self/status']);
const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
console.log(`${soft}\n${text.trim()}`);
