/** Prints what a child sees of limits and signals. */
import console from 'node:console';
import { run } from './common.mjs';

const [, text] = await run('/bin/sh', ['-c', 'ulimit -Sn; ulimit -Hn; grep -E "^Sig(Blk|Ign)" /proc/self/status']);
console.log(text.trim());
