import {
  SpawnError,
  locateProgram,
  spawnFailure,
  startProblem,
  systemErrorCode,
  type ChildHandle,
  type SpawnRequest,
  type SubprocessBackend,
  type TextRequest,
} from '@subwire/transport';
import { requestText } from '../bytes/requestText.js';
import { FakeBackend, type FakeBackendOptions } from '../fake/fakeBackend.js';
import { fakeSpawnError } from '../fake/fakeSpawnError.js';
import { CallerDescriptors } from './fakeWorld.js';
import { runSteps } from './fakeSteps.js';
import { decodeSteps } from './step.js';
import { backendSubject, type ComplianceSubject, type SubjectOptions } from './subject.js';

/** The longest argument that Linux accepts. */
const MAX_ARGUMENT_BYTES = 131_072;

/** Every Linux refuses a larger pipe. */
const MAX_PIPE_BYTES = 2 ** 31;

/**
 * Returns the fake backend as a subject.
 *
 * It looks programs up on disk as a real backend does, and runs the children of the suite in memory.
 *
 * @param options - Options of the fake. The suite passes with any chunking, seed and capacity.
 * @param subjectOptions - Options of the subject.
 */
export function fakeSubject(options: FakeBackendOptions = {}, subjectOptions: SubjectOptions = {}): ComplianceSubject {
  const fake = new FakeBackend({ autoAdvance: true, ...options });
  const backend: SubprocessBackend = {
    name: 'fake',
    supports: fake.supports,
    clock: fake.clock,
    spawn: (request) => spawnSteps(fake, request),
    createPipe: () => fake.createPipe(),
  };
  return backendSubject(backend, {
    elapse: (ms) => fake.clock.advance(ms),
    quiet: () => fake.settle(),
    ...subjectOptions,
  });
}

function spawnSteps(fake: FakeBackend, given: SpawnRequest): ChildHandle {
  const request = requestText(given);
  const { program, cwd, args } = request;
  const env = request.env ?? Object.assign(Object.create(null) as Record<string, string>, process.env);
  const query = { program, file: request.executable ?? program, cwd, env };
  // As the system would find it.
  const problem = startProblem(query);
  if (problem !== null) {
    throw problem;
  }
  const path = locateProgram(query);
  if ([...args, ...Object.values(request.env ?? {})].some((text) => Buffer.byteLength(text) > MAX_ARGUMENT_BYTES)) {
    throw spawnFailure(Object.assign(new Error('too long'), { code: 'E2BIG' }), request, path);
  }
  if (Number(request.pipeSize) > MAX_PIPE_BYTES) {
    throw fakeSpawnError({ code: 'EINVAL', stage: 'stdio' }, program, cwd);
  }
  const descriptors = openDescriptors(request, path);
  const decoded = decodeSteps(args);
  const hasRealPipes = (request.pipes ?? fake.supports.pipes[0]) === 'pipe';
  fake
    .expect(() => true)
    .run((context) =>
      decoded === null
        ? 0
        : runSteps(decoded.steps, context, { argv: decoded.argv, descriptors, hasRealPipes, clock: fake.clock }),
    );
  const handle = fake.spawn(request);
  // Not in the program: after a signal killed it, no more code of it runs.
  const child = fake.children.at(-1);
  child?.onChange(() => {
    if (!child.isRunning) {
      descriptors.close();
    }
  });
  return handle;
}

function openDescriptors(request: TextRequest, path: string): CallerDescriptors {
  try {
    return new CallerDescriptors(request);
  } catch (cause) {
    const reason = 'a descriptor given for the child is not open';
    throw new SpawnError(systemErrorCode(cause), { stage: 'stdio', program: request.program, path, reason }, { cause });
  }
}
