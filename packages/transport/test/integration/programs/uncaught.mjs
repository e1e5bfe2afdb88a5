// A callback throws and nobody takes the error: it is uncaught, and stops nothing.
import process from 'node:process';
import { subprocessExec, SubprocessProtocol } from '../../../dist/index.js';

process.on('uncaughtException', (error) => {
  process.stdout.write(`${error.name} ${error.code} ${error.callback} ${error.cause.message}\n`);
});

class Broken extends SubprocessProtocol {
  connectionMade() {
    throw new Error('one');
  }
  pipeDataReceived() {
    throw new Error('two');
  }
  processExited() {
    process.stdout.write('exited\n');
  }
  connectionLost() {
    throw new Error('three');
  }
}

await subprocessExec(() => new Broken(), '/bin/echo');
