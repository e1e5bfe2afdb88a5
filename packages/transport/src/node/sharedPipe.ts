/**
 * A child with one pipe at both outputs.
 *
 * Node makes its pipes itself, one for each place, and gives out no descriptor of them. So a pair of sockets is connected
 * first, and the child gets one of its ends twice. That takes a turn or two of the event loop; the handle is there before.
 */
import type { Socket } from 'node:net';
import type { SpawnError } from '../contract/errors.js';
import type { ChildHandle, ReadPipeHandle } from '../seam/childHandle.js';
import { spawnFailure } from '../seam/spawnFailure.js';
import { LateReadPipe, LateWritePipe } from './latePipes.js';
import { NodeChildHandle, takePipes, type NodeChild } from './nodeChildHandle.js';
import { NodeReadPipe } from './nodePipes.js';
import { connectPair, type SocketPair } from './socketPair.js';
import type { StartPlan } from './startPlan.js';

/** Starts a child whose outputs are both `shared`; `null` and `onFailed` later, or a throw, if it is refused. */
export type Launch = (plan: StartPlan, shared: Socket, onFailed: (error: SpawnError) => void) => NodeChild | null;

/** Starts a child as soon as there is a pair of sockets for it. */
export function startWithSharedPipe(plan: StartPlan, launch: Launch): ChildHandle {
  const { stdio, startNewSession } = plan.request;
  const stdin = stdio.get(0)?.kind === 'pipe' ? new LateWritePipe() : null;
  const outputs = new Map<number, LateReadPipe>();
  for (const [fd, slot] of stdio) {
    if (fd > 0 && slot.kind === 'pipe') {
      outputs.set(fd, new LateReadPipe());
    }
  }
  const handle = new NodeChildHandle({ stdin, outputs }, startNewSession);
  const fail = (thrown: unknown): void => {
    handle.fail(spawnFailure(thrown, plan.request, plan.file));
  };
  connectPair({
    onFailed: fail,
    onPair: (pair) => {
      let child: NodeChild | null = null;
      try {
        child = launchWith(pair, plan, launch, fail);
      } catch (thrown) {
        fail(thrown);
      }
      if (child === null) {
        pair.ours.destroy();
        return;
      }
      const pipes = takePipes(child);
      if (pipes.stdin !== null) {
        stdin?.attach(pipes.stdin);
      }
      for (const [fd, output] of outputs) {
        output.attach(fd === 1 ? new NodeReadPipe(pair.ours) : outputOf(pipes.outputs, fd));
      }
      handle.adopt(child);
    },
  });
  return handle;
}

function launchWith(
  { theirs }: SocketPair,
  plan: StartPlan,
  launch: Launch,
  onFailed: (error: SpawnError) => void,
): NodeChild | null {
  try {
    return launch(plan, theirs, onFailed);
  } finally {
    // The child has duplicates; as long as ours is open there is no end of its output.
    theirs.destroy();
  }
}

function outputOf(outputs: ReadonlyMap<number, ReadPipeHandle>, fd: number): ReadPipeHandle {
  const output = outputs.get(fd);
  if (output === undefined) {
    throw new TypeError(`Node made no pipe for descriptor ${fd}`);
  }
  return output;
}
