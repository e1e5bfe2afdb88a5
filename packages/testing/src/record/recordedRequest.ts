import type { PipeKind, SpawnRequest, StdioSlot } from '@subwire/transport';
import { requestText } from '../bytes/requestText.js';
import { matchesRedacted } from './redactedText.js';

/** A stdio slot, without descriptor numbers, which differ from run to run. */
type RecordedSlot = 'pipe' | 'null' | 'stdout' | 'inherit' | 'fd' | 'end';

/** A spawn request as data. A field that has its default is missing. */
export interface RecordedRequest {
  readonly program: string;
  readonly args: readonly string[];
  readonly stdio: Readonly<Record<string, RecordedSlot>>;
  readonly executable?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly startNewSession?: true;
  readonly processGroup?: number;
  readonly pipeSize?: number;
  readonly pipes?: PipeKind;
  readonly user?: number;
  readonly group?: number;
}

/** Returns a spawn request as data. */
export function recordRequest(request: SpawnRequest): RecordedRequest {
  const { program, args, executable, cwd, env } = requestText(request);
  const { startNewSession, processGroup, pipeSize, pipes, user, group } = request;
  return {
    program,
    args: [...args],
    stdio: Object.fromEntries([...request.stdio].map(([fd, slot]) => [String(fd), recordSlot(fd, slot)])),
    ...(executable === null ? {} : { executable }),
    ...(cwd === null ? {} : { cwd }),
    ...(env === null ? {} : { env: { ...env } }),
    ...(startNewSession ? { startNewSession } : {}),
    ...(processGroup === null ? {} : { processGroup }),
    ...(pipeSize === null ? {} : { pipeSize }),
    ...(pipes === null ? {} : { pipes }),
    ...(user === null ? {} : { user }),
    ...(group === null ? {} : { group }),
  };
}

function recordSlot(fd: number, slot: StdioSlot): RecordedSlot {
  return slot.kind === 'fd' && slot.fd === fd ? 'inherit' : slot.kind;
}

/**
 * Returns the differences between a request and the recorded one; an empty list if there are none.
 *
 * @param recorded - The recorded request.
 * @param request - The request.
 * @param ignoreEnv - Variables that may differ; `true` for all.
 */
export function requestDifferences(
  recorded: RecordedRequest,
  request: SpawnRequest,
  ignoreEnv: true | readonly string[],
): string[] {
  const given = recordRequest(request);
  const found = new Array<string>();
  const compare = (what: string, wanted: unknown, got: unknown): void => {
    if (!same(wanted, got)) {
      found.push(`${what}: recorded ${show(wanted)}, got ${show(got)}`);
    }
  };
  compare('program', recorded.program, given.program);
  for (let index = 0; index < Math.max(recorded.args.length, given.args.length); index += 1) {
    compare(`args[${index}]`, recorded.args[index], given.args[index]);
  }
  for (const key of [
    'executable',
    'cwd',
    'startNewSession',
    'processGroup',
    'pipeSize',
    'pipes',
    'user',
    'group',
  ] as const) {
    compare(key, recorded[key], given[key]);
  }
  for (const fd of new Set([...Object.keys(recorded.stdio), ...Object.keys(given.stdio)])) {
    compare(`descriptor ${fd}`, recorded.stdio[fd], given.stdio[fd]);
  }
  if (ignoreEnv !== true) {
    for (const name of new Set([...Object.keys(recorded.env ?? {}), ...Object.keys(given.env ?? {})])) {
      if (!ignoreEnv.includes(name)) {
        compare(`env.${name}`, recorded.env?.[name], given.env?.[name]);
      }
    }
  }
  return found;
}

function same(wanted: unknown, got: unknown): boolean {
  return typeof wanted === 'string' && typeof got === 'string' ? matchesRedacted(wanted, got) : wanted === got;
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
