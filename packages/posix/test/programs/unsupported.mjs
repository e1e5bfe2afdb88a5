/** Where the backend cannot work: without koffi's binary, or in a worker thread. */
import console from 'node:console';
import Module from 'node:module';
import process from 'node:process';
import { Worker } from 'node:worker_threads';

const told = (support) => console.log(JSON.stringify(support));
if (process.argv[2] === 'koffi') {
  const load = Module._load;
  Module._load = (name, ...rest) => {
    if (name === 'koffi') throw new Error('no binary');
    return load(name, ...rest);
  };
  const { isSupported, posixBackend } = await import('@subwire/posix');
  told(isSupported());
  try {
    posixBackend.spawn({});
  } catch (error) {
    console.log(error.code);
  }
} else {
  const code = `
    const { parentPort } = require('node:worker_threads');
    import(${JSON.stringify(import.meta.resolve('@subwire/posix'))}).then(({ isSupported }) => parentPort.postMessage(isSupported()));
  `;
  new Worker(code, { eval: true }).on('message', told);
}
