/**
 * Lets this process exit although its standard error is closed.
 *
 * koffi flushes the standard streams when the process exits. If `fsync(2)` fails it reports that to standard error, whose lock
 * it holds: the process never ends (koffi 3.3.4, `FlushFile` in `base.cc`). A daemon that has closed descriptor 2 would be one.
 * So the last thing that we do is to see to it that there is something at 2 that can be flushed.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { systemErrorCode } from '@subwire/transport';

const STANDARD_ERROR = 2;

/** What copies of this package share: one of them is enough. */
const MARK = Symbol.for('subwire.exitOfKoffi');

/** To be called when koffi is loaded. */
export function letProcessExit(): void {
  const marked = process as NodeJS.Process & { [MARK]?: boolean };
  if (marked[MARK] !== true) {
    marked[MARK] = true;
    process.on('exit', mendStandardError);
  }
}

function mendStandardError(): void {
  const code = flushFailure();
  // Pipes, terminals and sockets cannot be flushed, and koffi knows that.
  if (code === null || code === 'EINVAL') {
    return;
  }
  if (code !== 'EBADF') {
    closeSync(STANDARD_ERROR);
  }
  // The lowest free number is taken, and 2 is free.
  while (openSync('/dev/null', 'r+') < STANDARD_ERROR);
}

function flushFailure(): string | null {
  try {
    fsyncSync(STANDARD_ERROR);
    return null;
  } catch (thrown) {
    return systemErrorCode(thrown);
  }
}
