/**
 * Errors that tell how a child ended. Their messages name the program and never its arguments or environment, and are of
 * constant size whatever the child printed.
 */
import type { CompletedProcess } from './completedProcess.js';
import { outputExcerpt } from './outputExcerpt.js';

/** What a child wrote to its two outputs; `null` where nothing was captured. */
export interface CapturedOutput<Output extends Uint8Array | string = Uint8Array | string> {
  readonly stdout: Output | null;
  readonly stderr: Output | null;
}

const NO_OUTPUT: CapturedOutput = { stdout: null, stderr: null };

/**
 * A child ended with a return code other than 0.
 *
 * @asyncio subprocess.CalledProcessError
 * Differs: the message names the program and never shows the arguments.
 */
export class CalledProcessError extends Error implements CapturedOutput {
  override readonly name: string = 'CalledProcessError';
  readonly code = 'ERR_CALLED_PROCESS' as const;
  /** The exit code, or minus the number of the signal. */
  readonly returncode: number;
  readonly stdout: Uint8Array | string | null;
  readonly stderr: Uint8Array | string | null;
  /** Everything else that is known about the child. */
  readonly result: CompletedProcess;

  constructor(result: CompletedProcess) {
    const { program, returncode } = result;
    const ending = returncode < 0 ? `was killed by signal ${-returncode}` : `exited with ${returncode}`;
    super(`${JSON.stringify(program)} ${ending}${outputExcerpt(result.stderr)}`);
    this.returncode = returncode;
    this.stdout = result.stdout;
    this.stderr = result.stderr;
    hide(this, 'result');
    this.result = result;
  }
}

/**
 * A call took longer than it may; it carries what the child wrote so far.
 *
 * @asyncio subprocess.TimeoutExpired
 */
export class TimeoutExpired extends Error implements CapturedOutput {
  override readonly name: string = 'TimeoutExpired';
  readonly code = 'ERR_TIMEOUT_EXPIRED' as const;
  readonly timeoutMs: number;
  readonly stdout: Uint8Array | string | null;
  readonly stderr: Uint8Array | string | null;
  /** What became of a child that `run` ended for it; `null` if the child was left alone. */
  readonly result: CompletedProcess | null;

  constructor(
    what: string,
    timeoutMs: number,
    output: CapturedOutput = NO_OUTPUT,
    result: CompletedProcess | null = null,
  ) {
    super(`${what} took longer than ${timeoutMs} ms${outputExcerpt(output.stderr)}`);
    this.timeoutMs = timeoutMs;
    this.stdout = output.stdout;
    this.stderr = output.stderr;
    hide(this, 'result');
    this.result = result;
  }
}

/** A child wrote more than `maxBytes` to one of its outputs. */
export class OutputOverflowError extends Error implements CapturedOutput {
  override readonly name: string = 'OutputOverflowError';
  readonly code = 'ERR_OUTPUT_OVERFLOW' as const;
  /** The output that overflowed. */
  readonly fd: number;
  readonly maxBytes: number;
  readonly stdout: Uint8Array | string | null;
  readonly stderr: Uint8Array | string | null;

  constructor(fd: number, maxBytes: number, output: CapturedOutput = NO_OUTPUT) {
    super(`output ${fd} of the child is longer than ${maxBytes} bytes`);
    this.fd = fd;
    this.maxBytes = maxBytes;
    this.stdout = output.stdout;
    this.stderr = output.stderr;
  }
}

/** Keeps a field out of what is printed of an error: a result holds the arguments, and they may be secrets. */
function hide(error: Error, field: string): void {
  Object.defineProperty(error, field, { enumerable: false, writable: true, value: null });
}
