import {
  createSubprocessExec,
  PIPE,
  run,
  type Process,
  type RunOptions,
  type CompletedProcess,
} from '@subwire/process';
import type { CaseContext, Step } from '@subwire/testing';
import type { CreateExecOptions, StreamReader, StreamWriter } from '@subwire/process';

/** A process whose three streams are there. */
export type PipedProcess = Process<StreamWriter, StreamReader, StreamReader>;

/** Starts a child with pipes; the end of the case kills it. */
export async function open(
  c: CaseContext,
  steps: readonly Step[],
  options: CreateExecOptions = {},
): Promise<PipedProcess> {
  const { program, args } = c.subject.commands.steps(steps);
  const places = { stdin: PIPE, stdout: PIPE, stderr: PIPE, stopGraceMs: 0 };
  const child = await createSubprocessExec(program, args, { ...places, backend: c.backend, ...options });
  c.onCleanup(() => child[Symbol.asyncDispose]());
  return child as PipedProcess;
}

/** Runs a child to its end. */
export function runSteps(
  c: CaseContext,
  steps: readonly Step[],
  options: RunOptions = {},
): Promise<CompletedProcess<Uint8Array | string | null, Uint8Array | string | null>> {
  const { program, args } = c.subject.commands.steps(steps);
  return run(program, args, { backend: c.backend, ...options });
}

/** Returns what a promise rejects with. */
export async function rejection<E extends Error>(promise: Promise<unknown>): Promise<E> {
  const settled = await promise.then(
    () => null,
    (thrown: unknown) => thrown as E,
  );
  if (settled === null) {
    throw new Error('expected a rejection');
  }
  return settled;
}

/** The text of bytes. */
export function text(bytes: Uint8Array | string | null): string {
  return typeof bytes === 'string' ? bytes : Buffer.from(bytes ?? []).toString('utf8');
}

/** Reads lines until one says `ready`. */
export async function ready(child: PipedProcess): Promise<void> {
  while (text(await child.stdout.readline()) !== 'ready\n') {
    if (child.stdout.atEof()) {
      throw new Error('the child ended before it was ready');
    }
  }
}
