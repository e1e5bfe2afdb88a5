/** Callbacks throw inside events of the selector; everything else goes on. */
import process from 'node:process';
import console from 'node:console';
import { setTimeout } from 'node:timers';
import { Plain, start } from './common.mjs';

let uncaught = 0;
process.on('uncaughtException', () => {
  uncaught += 1;
});
class Thrower extends Plain {
  connectionMade(transport) {
    super.connectionMade(transport);
    throw new Error('made');
  }
  pipeDataReceived() {
    throw new Error('data');
  }
  pipeConnectionLost() {
    throw new Error('lost');
  }
  processExited() {
    throw new Error('exited');
  }
  connectionLost() {
    super.connectionLost();
    throw new Error('end');
  }
}
for (let round = 0; round < 20; round += 1) {
  const children = await Promise.all(Array.from({ length: 10 }, () => start(new Thrower(), '/bin/echo', ['x'])));
  await Promise.all(children.map((child) => child.ended));
}
setTimeout(() => console.log(uncaught), 50);
