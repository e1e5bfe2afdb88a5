/** Imports the package, asks it nothing, and prints what native code that loaded; then the same after a question. */
import console from 'node:console';
import process from 'node:process';

const loaded = [];
const { dlopen } = process;
process.dlopen = (module, file, ...rest) => {
  loaded.push(/koffi/.test(file) ? 'koffi' : file);
  return dlopen.call(process, module, file, ...rest);
};
const { posixBackend } = await import('@subwire/posix');
console.log(`imported: ${loaded.join()}`);
console.log(`asked: ${posixBackend.supports.pids} ${loaded.join()}`);
