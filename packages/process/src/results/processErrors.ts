/**
 * Errors of children that ran. Their messages name the program and never show its arguments or environment. The size of a
 * message is bounded, whatever the child printed.
 */
import type { CompletedProcess } from './completedProcess.js';
import { outputExcerpt } from './outputExcerpt.js';

/** What a child wrote to stdout and stderr; `null` for one that was not captured. */
export interface CapturedOutput<Output extends Uint8Array | string = Uint8Array | string> {
  readonly stdout: Output | null;
  readonly stderr: Output | null;
}

const NO_OUTPUT: CapturedOutput = { stdout: null, stderr: null };

/** An error with the output of a child. */
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
  /** The whole result. It is not printed with the error, because it has the arguments. */
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
 * A call took longer than its `timeoutMs`. It has the output of the child so far.
 *
 * @asyncio subprocess.TimeoutExpired
 */
export class TimeoutExpired extends OutputError {
  override readonly name: string = 'TimeoutExpired';
  readonly code = 'ERR_TIMEOUT_EXPIRED' as const;
  readonly timeoutMs: number;
  /** The result of a child that `run` ended because of the timeout; `null` if it was not ended, or did not start. */
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
  /** The descriptor of the output. */
  readonly fd: number;
  readonly maxBytes: number;

  constructor(fd: number, maxBytes: number, output: CapturedOutput = NO_OUTPUT) {
    super(`output ${fd} of the child is longer than ${maxBytes} bytes`, output);
    this.fd = fd;
    this.maxBytes = maxBytes;
  }
}

/** Makes a field not enumerable, so that it is not printed with the error: a result has the arguments, which may be secret. */
function hide(error: Error, field: string): void {
  Object.defineProperty(error, field, { enumerable: false, writable: true, value: null });
}
