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

/** An error that carries what a child wrote. */
abstract class OutputError extends Error implements CapturedOutput {
  readonly stdout: Uint8Array | string | null;
  readonly stderr: Uint8Array | string | null;

  constructor(message: string, { stdout, stderr }: CapturedOutput) {
    super(message);
    this.stdout = stdout;
    this.stderr = stderr;
  }
}

/**
 * A child ended with a return code other than 0.
 *
 * @asyncio subprocess.CalledProcessError
 * Differs: the message names the program and never shows the arguments.
 */
export class CalledProcessError extends OutputError {
  override readonly name: string = 'CalledProcessError';
  readonly code = 'ERR_CALLED_PROCESS' as const;
  /** The exit code, or minus the number of the signal. */
  readonly returncode: number;
  /** Everything else that is known about the child. */
  readonly result: CompletedProcess;

  constructor(result: CompletedProcess) {
    const { program, returncode } = result;
    const ending = returncode < 0 ? `was killed by signal ${-returncode}` : `exited with ${returncode}`;
    super(`${JSON.stringify(program)} ${ending}${outputExcerpt(result.stderr)}`, result);
    this.returncode = returncode;
    hide(this, 'result');
    this.result = result;
  }
}

/**
 * A call took longer than it may; it carries what the child wrote so far.
 *
 * @asyncio subprocess.TimeoutExpired
 */
export class TimeoutExpired extends OutputError {
  override readonly name: string = 'TimeoutExpired';
  readonly code = 'ERR_TIMEOUT_EXPIRED' as const;
  readonly timeoutMs: number;
  /** What became of a child that `run` ended for it; `null` if it was left alone, had not started, or did not end. */
  readonly result: CompletedProcess | null;

  constructor(
    what: string,
    timeoutMs: number,
    output: CapturedOutput = NO_OUTPUT,
    result: CompletedProcess | null = null,
  ) {
    super(`${what} took longer than ${timeoutMs} ms${outputExcerpt(output.stderr)}`, output);
    this.timeoutMs = timeoutMs;
    hide(this, 'result');
    this.result = result;
  }
}

/** A child wrote more than `maxBytes` to one of its outputs. */
export class OutputOverflowError extends OutputError {
  override readonly name: string = 'OutputOverflowError';
  readonly code = 'ERR_OUTPUT_OVERFLOW' as const;
  /** The output that overflowed. */
  readonly fd: number;
  readonly maxBytes: number;

  constructor(fd: number, maxBytes: number, output: CapturedOutput = NO_OUTPUT) {
    super(`output ${fd} of the child is longer than ${maxBytes} bytes`, output);
    this.fd = fd;
    this.maxBytes = maxBytes;
  }
}

/** Keeps a field out of what is printed of an error: a result holds the arguments, and they may be secrets. */
function hide(error: Error, field: string): void {
  Object.defineProperty(error, field, { enumerable: false, writable: true, value: null });
}
