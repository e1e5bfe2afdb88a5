/**
 * A child with one pipe at both outputs.
 *
 * Node makes its pipes itself, one for each place, and gives out no descriptor of them. So a pair of sockets is connected
 * first, and the child gets one of its ends twice. That takes a turn or two of the event loop; the handle is there before.
 */
import type { Socket } from 'node:net';
import type { SpawnError } from '../contract/errors.js';
import type { ChildHandle } from '../seam/childHandle.js';
import { spawnFailure } from '../seam/spawnFailure.js';
import { takePipes } from './childPipes.js';
import { LatePipes } from './latePipes.js';
import type { NodeChild } from './nodeChild.js';
import { NodeChildHandle } from './nodeChildHandle.js';
import { connectPair, type SocketPair } from './socketPair.js';
import type { StartPlan } from './startPlan.js';

/** Starts a child whose outputs are both `shared`; `null` and `onFailed` later, or a throw, if it is refused. */
export type Launch = (plan: StartPlan, shared: Socket, onFailed: (error: SpawnError) => void) => NodeChild | null;

/** Starts a child as soon as there is a pair of sockets for it; until then the creation can be taken back. */
export function startWithSharedPipe(plan: StartPlan, launch: Launch): ChildHandle {
  const pipes = new LatePipes(plan.request.stdio);
  const handle = new NodeChildHandle(pipes, plan.leadsGroup);
  const fail = (error: SpawnError): void => {
    handle.fail(error);
  };
  const takeBack = connectPair({
    onFailed: (error) => {
      fail(spawnFailure(error, plan.request, plan.path));
    },
    onPair: (pair) => {
      let child: NodeChild | null;
      try {
        child = launchWith(pair, plan, launch, fail);
      } catch (thrown) {
        pair.ours.destroy();
        fail(spawnFailure(thrown, plan.request, plan.path));
        return;
      }
      if (child === null) {
        pair.ours.destroy();
        handle.refuse();
        return;
      }
      pipes.attach(takePipes(child, pair.ours));
      handle.adopt(child);
    },
  });
  handle.waitFor(takeBack);
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
