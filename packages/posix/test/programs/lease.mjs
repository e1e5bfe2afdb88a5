/**
 * Makes a program whose start is stuck: whoever opens a file that is leased waits until the lease is given back, as with a
 * file system that does not answer.
 */
import { chmodSync, closeSync, copyFileSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { URL } from 'node:url';

const koffi = createRequire(new URL('../../package.json', import.meta.url))('koffi');
const fcntl = koffi.load(null).func('fcntl', 'int', ['int', 'int', 'long']);
const F_SETSIG = 10;
const F_SETLEASE = 1024;
const F_WRLCK = 1;
const F_UNLCK = 2;
/** Its default is to be ignored. */
const SIGURG = 23;

/** Copies `program` to `path` and leases it; returns what gives it back. */
export function leaseProgram(program, path) {
  copyFileSync(program, path);
  chmodSync(path, 0o755);
  const fd = openSync(path, 'r');
  if (fcntl(fd, F_SETSIG, SIGURG) !== 0 || fcntl(fd, F_SETLEASE, F_WRLCK) !== 0) {
    throw new Error(`no lease, errno ${koffi.errno()}`);
  }
  return () => {
    fcntl(fd, F_SETLEASE, F_UNLCK);
    closeSync(fd);
  };
}
