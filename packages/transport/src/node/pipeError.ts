import { saysThatReaderLeft, SubprocessError, systemErrorCode } from '../contract/errors.js';

/**
 * Returns what an error of a Node stream says about a pipe: `null` for a peer that went away, which is an ordinary end
 * (whether bytes were left over is the transport's to say), and else an error of ours with the same code.
 */
export function pipeError(error: Error): Error | null {
  if (saysThatReaderLeft(error)) {
    return null;
  }
  const code = systemErrorCode(error);
  return new SubprocessError(code, `the pipe failed (${code})`, { cause: error });
}
