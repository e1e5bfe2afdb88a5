/** Other code in the process reaps every child it can. */
import process from 'node:process';
import console from 'node:console';
import { setImmediate } from 'node:timers';
import { createRequire } from 'node:module';
import { run } from './common.mjs';

const koffi = createRequire(import.meta.url)('koffi');
const waitpid = koffi.load(null).func('int waitpid(int, void *, int)');
process.on('warning', (warning) => console.log(`warning ${warning.code}`));
const status = new Int32Array(1);
const steal = () => {
  while (waitpid(-1, status, 1) > 0);
};
let stealing = true;
const again = () => {
  steal();
  if (stealing) setImmediate(again);
};
again();
const codes = await Promise.all(Array.from({ length: 40 }, () => run('/bin/sleep', ['0.05'])));
stealing = false;
console.log(codes.filter(([code]) => code === 255).length > 0 ? 'stolen' : 'none stolen');
console.log(codes.every(([code]) => code === 255 || code === 0) ? 'all ended' : 'odd');
