/**
 * Talking to the child of a `run` until its end, which is brought about if the conversation fails.
 *
 * 1. The outputs are read on while the child is ended: it may have something to say first, and could not end otherwise.
 * 2. A child that cannot be ended (stuck in the kernel, not ours to signal) does not keep us.
 */
import { TransportLostError } from '@subwire/transport';
import type { Communicated, CommunicateOptions } from '../process/communicate.js';
import type { CommunicateInput } from '../process/inputFeed.js';
import type { Process } from '../process/process.js';
import { OutputOverflowError, type CapturedOutput } from '../results/processErrors.js';

/** What bounds a conversation besides its signal, defaults filled in. */
export type ConversationLimits = Required<Omit<CommunicateOptions, 'signal' | 'timeoutMs'>>;

/** How a conversation ended. */
export interface Ended {
  readonly done: Communicated;
  /** Why the child had to be ended, `null` if it ended by itself. */
  readonly failure: { readonly reason: unknown } | null;
}

/** Talks to the child until its end. Only the loss of the link rejects. */
export async function talkToEnd(
  process: Process,
  input: CommunicateInput,
  limits: ConversationLimits,
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

/** Reads to the end. Of an output that is too long the rest is read away after the first complaint. */
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
