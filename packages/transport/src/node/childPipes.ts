/** Our ends of a child's pipes, taken away from Node. */
import type { Readable, Writable } from 'node:stream';
import type { ReadPipeHandle, WritePipeHandle } from '../seam/childHandle.js';
import type { NodeChild } from './nodeChild.js';
import { NodeReadPipe, readableStdin } from './nodePipes.js';
import { NodeWritePipe } from './nodeWritePipe.js';

/** What keeps this process alive until it is told not to. */
interface KeepsAlive {
  ref(): unknown;
  unref(): unknown;
}

/** Our ends of a child's pipes, and whether they keep this process alive. */
export interface ChildPipes extends KeepsAlive {
  readonly stdin: WritePipeHandle | null;
  readonly outputs: ReadonlyMap<number, ReadPipeHandle>;
}

class TakenPipes implements ChildPipes {
  readonly stdin: WritePipeHandle | null;
  readonly outputs: ReadonlyMap<number, ReadPipeHandle>;
  readonly #streams: readonly (Readable | Writable)[];

  constructor(
    stdin: WritePipeHandle | null,
    outputs: ReadonlyMap<number, ReadPipeHandle>,
    streams: readonly (Readable | Writable)[],
  ) {
    this.stdin = stdin;
    this.outputs = outputs;
    this.#streams = streams;
  }

  ref(): void {
    for (const stream of this.#streams) {
      if (keepsAlive(stream)) {
        stream.ref();
      }
    }
  }

  unref(): void {
    for (const stream of this.#streams) {
      if (keepsAlive(stream)) {
        stream.unref();
      }
    }
  }
}

/** The pipes of a child that was refused. */
export const NO_PIPES: ChildPipes = new TakenPipes(null, new Map(), []);

/** Sockets do. */
function keepsAlive(stream: object): stream is KeepsAlive {
  return 'ref' in stream && 'unref' in stream;
}

/**
 * Takes the streams away from Node; to be done in the tick of the spawn. Otherwise Node, at the child's exit, destroys the
 * input that a descendant may still read, and empties every output that nobody reads yet.
 *
 * @param shared - Our end of what was given to the child as its output.
 */
export function takePipes(child: NodeChild, shared: Readable | null = null): ChildPipes {
  const streams: (Readable | Writable)[] = [];
  const { stdin } = child;
  child.stdin = null;
  let input: NodeWritePipe | null = null;
  if (stdin !== null) {
    const socket = readableStdin(stdin);
    streams.push(socket);
    input = new NodeWritePipe(socket);
  }
  const outputs = new Map<number, ReadPipeHandle>();
  if (shared !== null) {
    streams.push(shared);
    outputs.set(1, new NodeReadPipe(shared));
  }
  for (let fd = 1; fd < child.stdio.length; fd += 1) {
    const stream = child.stdio[fd];
    if (stream !== null && stream !== undefined && 'readable' in stream) {
      streams.push(stream);
      outputs.set(fd, new NodeReadPipe(stream));
    }
  }
  (child.stdio as unknown[]).fill(null);
  child.stdout = null;
  child.stderr = null;
  return new TakenPipes(input, outputs, streams);
}
