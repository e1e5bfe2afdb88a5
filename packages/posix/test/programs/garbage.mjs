/** Children while the garbage collector runs all the time. */
import { Buffer } from 'node:buffer';
import console from 'node:console';
import { setImmediate } from 'node:timers';
import { Plain, run, start } from './common.mjs';

let running = true;
const collect = () => {
  globalThis.gc();
  if (running) setImmediate(collect);
};
collect();
class Echo extends Plain {
  connectionMade(transport) {
    super.connectionMade(transport);
    transport.getPipeTransport(0).write(Buffer.alloc(200_000, 'x'));
    transport.getPipeTransport(0).close();
  }
}
let bytes = 0;
for (let round = 0; round < 15; round += 1) {
  const children = await Promise.all(Array.from({ length: 8 }, () => start(new Echo(), '/bin/cat')));
  await Promise.all(children.map((child) => child.ended));
  for (const child of children) bytes += child.text.length;
  await run('/bin/true', [], { env: { A: 'b' } });
}
running = false;
console.log(bytes === 15 * 8 * 200_000 ? 'all bytes' : `only ${bytes}`);
