/**
 * Communication with the child of a `run` until its end.
 *
 * 1. If the communication fails, the child is stopped. Its outputs are read meanwhile: it may write more before it ends,
 *    and with a full pipe it could not end.
 * 2. A child that cannot be stopped (uninterruptible sleep, no permission to signal it) is not waited for.
 */
import { TransportLostError } from '@subwire/transport';
import type { Communicated, CommunicateOptions } from '../process/communicate.js';
import type { CommunicateInput } from '../process/inputFeed.js';
import type { Process } from '../process/process.js';
import { OutputOverflowError, type CapturedOutput } from '../results/processErrors.js';

/** The options of `communicate` without signal and timeout, with all defaults. */
export type CommunicationLimits = Required<Omit<CommunicateOptions, 'signal' | 'timeoutMs'>>;

/** The result of a communication. */
export interface Ended {
  readonly done: Communicated;
  /** Why the child was stopped, `null` if it ended by itself. */
  readonly failure: { readonly reason: unknown } | null;
}

/** Communicates with the child until its end. It rejects only if the link to the child was lost. */
export async function communicateToEnd(
  process: Process,
  input: CommunicateInput,
  limits: CommunicationLimits,
  signal: AbortSignal | undefined,
): Promise<Ended> {
  try {
    const options = signal === undefined ? limits : { ...limits, signal };
    return { done: await process.communicateInFull(input, options), failure: null };
  } catch (reason) {
    if (reason instanceof TransportLostError) {
      throw reason;
    }
    const { maxBytes, overflow, drainGraceMs } = limits;
    return { done: await endAndDrain(process, { maxBytes, overflow, drainGraceMs }), failure: { reason } };
  }
}

async function endAndDrain(process: Process, limits: CommunicateOptions): Promise<Communicated> {
  const stuck = new AbortController();
  const ended = process.stop().then(({ returncode }) => {
    if (returncode === null) {
      stuck.abort();
    }
  });
  const [, drained] = await Promise.allSettled([ended, drain(process, { ...limits, signal: stuck.signal })]);
  return drained.status === 'fulfilled' ? drained.value : outputSoFar(process, limits);
}

/** Reads to the end. After an overflow the rest of the output is dropped. */
async function drain(process: Process, options: CommunicateOptions): Promise<Communicated> {
  try {
    return await process.communicateInFull(null, options);
  } catch (thrown) {
    if (thrown instanceof OutputOverflowError) {
      return drain(process, options);
    }
    throw thrown;
  }
}

async function outputSoFar(process: Process, limits: CommunicateOptions): Promise<Communicated> {
  try {
    return await process.communicateInFull(null, { ...limits, timeoutMs: 0 });
  } catch (thrown) {
    const { stdout = null, stderr = null } = thrown as Partial<CapturedOutput<Uint8Array>>;
    return { stdout, stderr, truncated: { stdout: 0, stderr: 0 }, heldPipes: [] };
  }
}
