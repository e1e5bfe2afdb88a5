/** Starts children with pipes of the largest size that is allowed, and of one byte more. */
import console from 'node:console';
import { readFileSync } from 'node:fs';
import { openFds, Plain, run, start } from './common.mjs';

const limit = Number(readFileSync('/proc/sys/fs/pipe-max-size', 'latin1'));

const [returncode] = await run('/bin/true', [], { pipeSize: limit });
console.log(returncode, 'fulfilled');
const before = openFds();
const starting = Array.from({ length: 6 }, () => start(new Plain(), '/bin/true', [], { pipeSize: limit + 1 }));
const reasons = (await Promise.allSettled(starting)).map(({ reason }) => reason);
const said = reasons.map(({ code, stage, cause }) => `${code} ${stage} ${cause.syscall}`);
console.log(said.length, [...new Set(said)].join(', '));
const left = openFds().filter((fd) => !before.includes(fd));
console.log(left.length === 0 ? 'nothing is left' : left.join('\n'));
