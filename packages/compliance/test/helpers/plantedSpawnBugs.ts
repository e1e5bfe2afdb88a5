import { closeSync, openSync } from 'node:fs';
import { ChildHandle, type KillAnswer, type ReadPipeHandle, type WritePipeHandle } from '@subwire/transport';
import type { PlantedBugs } from './plantedBug.js';

/** Descriptors that the leaking bug has open. */
const leaked: number[] = [];

/** Closes what the leaking bug left open. */
export function closeLeaked(): void {
  leaked.splice(0).forEach(closeSync);
}

/** A child that starts, and then says that it never did. */
class StartedAndFailed extends ChildHandle {
  override readonly stdin: WritePipeHandle | null = null;
  override readonly outputs: ReadonlyMap<number, ReadPipeHandle> = new Map();

  constructor(error: Error) {
    super();
    setImmediate(() => {
      this.emit('spawn', 1);
      this.emit('error', error);
    });
  }

  override abandon(): boolean {
    return false;
  }

  override kill(): KillAnswer {
    return 'gone';
  }
}

/** Bugs of the start, and of the manifest. */
export const plantedSpawnBugs: PlantedBugs = {
  'says that a child started before it says that it did not': {
    caughtBy: ['seam.error-alone', 'errors.no-callbacks'],
    bug: { refused: (error) => new StartedAndFailed(error) },
  },
  'leaks a descriptor': {
    caughtBy: ['close.frees-descriptors'],
    bug: {
      request: (request) => {
        leaked.push(openSync('/dev/null', 'r'));
        return request;
      },
    },
  },
  'ignores the environment': {
    caughtBy: ['environment.complete'],
    bug: { request: (request) => ({ ...request, env: null }) },
  },
  'adds our environment': {
    caughtBy: ['environment.complete', 'environment.empty'],
    bug: {
      request: (request) => ({
        ...request,
        env:
          request.env === null
            ? null
            : (Object.assign(Object.create(null), process.env, request.env) as NonNullable<typeof request.env>),
      }),
    },
  },
  'ignores the directory': {
    caughtBy: ['environment.directory'],
    bug: { request: (request) => ({ ...request, cwd: null }) },
  },
  'names the child after the executable': {
    caughtBy: ['spawn.executable'],
    bug: { request: (request) => ({ ...request, program: request.executable ?? request.program, executable: null }) },
  },
  'drops empty arguments': {
    caughtBy: ['spawn.arguments'],
    bug: { request: (request) => ({ ...request, args: request.args.filter((arg) => arg !== '') }) },
  },
  'claims real pipes': { caughtBy: ['output.reopened'], bug: { supports: { pipes: ['pipe'] } } },
  'claims that the size of pipes can be chosen': {
    caughtBy: ['pipeSize.input', 'pipeSize.output', 'pipeSize.stays', 'pipeSize.impossible'],
    bug: { supports: { pipeSize: true } },
  },
  'claims process groups': { caughtBy: ['groups.new-group'], bug: { supports: { processGroup: true } } },
  'claims readInto': { caughtBy: ['buffered.read-into'], bug: { supports: { readInto: true } } },
  'denies that it sees the child close its input': {
    caughtBy: ['input.lacks-peer-close'],
    bug: { supports: { stdinPeerClose: false } },
  },
};
