/** Types follow the options. What is asserted here is checked by the type checker; the tests only run the values. */
import { describe, expect, it } from '@jest/globals';
import { DEVNULL, PIPE, STDOUT } from '@subwire/transport';
import {
  createSubprocessExec,
  createSubprocessShell,
  run,
  runMany,
  shell,
  type Command,
  type CompletedProcess,
  type CreateExecOptions,
  type Process,
  type RunManyOptions,
  type RunOptions,
  type StreamReader,
  type StreamWriter,
} from '../src/index.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only for `true`; what it is about is given too, and never called. */
function assertType<Holds extends true>(about: unknown, holds: Holds = true as Holds): void {
  expect([typeof about, holds]).toEqual(['function', true]);
}

/** The awaited result of a function that is never called: only its type counts. */
type Result<F extends (...args: never[]) => Promise<unknown>> = Awaited<ReturnType<F>>;

describe('the types of createSubprocessExec', () => {
  it('give a stream for PIPE, null for what is missing or something else', () => {
    const piped = () => createSubprocessExec('x', [], { stdin: PIPE, stdout: PIPE, stderr: PIPE });
    assertType<Equal<Result<typeof piped>, Process<StreamWriter, StreamReader, StreamReader>>>(piped);
    const bare = () => createSubprocessExec('x');
    assertType<Equal<Result<typeof bare>, Process<null, null, null>>>(bare);
    const some = () => createSubprocessExec('x', [], { stdin: DEVNULL, stdout: PIPE, stderr: STDOUT });
    assertType<Equal<Result<typeof some>, Process<null, StreamReader, null>>>(some);
    const places = () => createSubprocessExec('x', [], { stdin: null, stdout: 5, stderr: { fd: 3 } });
    assertType<Equal<Result<typeof places>, Process<null, null, null>>>(places);
    const viaShell = () => createSubprocessShell('x', { stdout: PIPE });
    assertType<Equal<Result<typeof viaShell>, Process<null, StreamReader, null>>>(viaShell);
  });

  it('leave open what is unknown', () => {
    const given = {} as CreateExecOptions;
    const unknown = () => createSubprocessExec('x', [], given);
    assertType<Equal<Result<typeof unknown>, Process<StreamWriter | null, StreamReader | null, StreamReader | null>>>(
      unknown,
    );
    const maybe = (place: typeof PIPE | null) => createSubprocessExec('x', [], { stdout: place });
    assertType<Equal<Result<typeof maybe>, Process<null, StreamReader | null, null>>>(maybe);
    const number = (fd: number) => createSubprocessExec('x', [], { stdout: fd });
    assertType<Equal<Result<typeof number>, Process<null, StreamReader | null, null>>>(number);
  });

  it('take options of several shapes, and tell callbacks what they get', () => {
    const shapes = [{ stdout: PIPE }, { stderr: PIPE }] as const;
    const several = (index: 0 | 1) => createSubprocessExec('x', [], shapes[index]);
    assertType<Equal<Result<typeof several>['stdout'], StreamReader | null>>(several);
    const log: string[] = [];
    const callbacks = () =>
      createSubprocessExec('x', [], { onCallbackError: (error) => void log.push(error.callback) });
    assertType<Equal<Result<typeof callbacks>, Process<null, null, null>>>(callbacks);
    const bytes = () => run('x', [], { onBytes: (nbytes) => void nbytes.toFixed() });
    assertType<Equal<Result<typeof bytes>['stdout'], Uint8Array>>(bytes);
  });

  it('carry over to the pair that communicate returns', () => {
    type Pair<P extends Process<StreamWriter | null, StreamReader | null, StreamReader | null>> = Awaited<
      ReturnType<P['communicate']>
    >;
    assertType<Equal<Pair<Process<null, StreamReader, null>>, [stdout: Uint8Array, stderr: null]>>(
      createSubprocessExec,
    );
    assertType<Equal<Pair<Process<null, StreamReader, StreamReader>>, [stdout: Uint8Array, stderr: Uint8Array]>>(
      createSubprocessExec,
    );
    assertType<Equal<Pair<Process<null, null, null>>, [stdout: null, stderr: null]>>(createSubprocessExec);
    assertType<Equal<Pair<Process>, [stdout: Uint8Array | null, stderr: Uint8Array | null]>>(createSubprocessExec);
  });

  it('refuse what makes no sense', () => {
    const wrong = [
      // @ts-expect-error a stream that may not be there
      async (place: typeof PIPE | null) => (await createSubprocessExec('x', [], { stdout: place })).stdout.read(),
      // @ts-expect-error a name as a place
      () => createSubprocessExec('x', [], { stdout: 'pipe' }),
      // @ts-expect-error a misspelt option
      () => createSubprocessExec('x', [], { stdot: PIPE }),
      // @ts-expect-error a misspelt option beside a right one
      () => createSubprocessExec('x', [], { stdout: PIPE, limt: 5 }),
      // @ts-expect-error a misspelt option of the shell
      () => createSubprocessShell('x', { stdot: PIPE }),
      // @ts-expect-error options in the place of arguments
      () => createSubprocessExec('x', { stdout: PIPE }),
      (proc: Process) => {
        // @ts-expect-error an unknown signal
        proc.sendSignal('SIGNOPE');
      },
      // @ts-expect-error input that cannot be fed
      (proc: Process) => proc.communicate(5),
    ];
    expect(wrong).toHaveLength(8);
  });
});

describe('the types of run', () => {
  it('are bytes, or text with an encoding', () => {
    const bytes = () => run('x');
    assertType<Equal<Result<typeof bytes>, CompletedProcess<Uint8Array, Uint8Array>>>(bytes);
    const text = () => run('x', [], { encoding: 'utf8' });
    assertType<Equal<Result<typeof text>, CompletedProcess<string, string>>>(text);
    const viaShell = () => shell('x', { encoding: 'utf8', check: true });
    assertType<Equal<Result<typeof viaShell>, CompletedProcess<string, string>>>(viaShell);
  });

  it('are not promised where an option may be missing', () => {
    const chosen = (text: boolean) => run('x', [], text ? { encoding: 'utf8' } : {});
    assertType<Equal<Result<typeof chosen>['stdout'], string | Uint8Array>>(chosen);
    const spread = (text: boolean) => run('x', [], { ...(text ? { encoding: 'utf8', stderr: null } : {}) });
    assertType<Equal<Result<typeof spread>['stdout'], string | Uint8Array>>(spread);
    assertType<Equal<Result<typeof spread>['stderr'], string | Uint8Array | null>>(spread);
    const piped = (wanted: boolean) => createSubprocessExec('x', [], wanted ? { stdout: PIPE } : {});
    assertType<Equal<Result<typeof piped>['stdout'], StreamReader | null>>(piped);
  });

  it('are null for what is not captured', () => {
    const file = () => run('x', [], { stdout: 'out.txt', stderr: { append: 'log.txt' }, encoding: 'utf8' });
    assertType<Equal<Result<typeof file>, CompletedProcess<null, null>>>(file);
    const merged = () => run('x', [], { stdout: PIPE, stderr: STDOUT, encoding: 'utf8' });
    assertType<Equal<Result<typeof merged>, CompletedProcess<string, null>>>(merged);
    const inherited = () => run('x', [], { stdout: null });
    assertType<Equal<Result<typeof inherited>, CompletedProcess<null, Uint8Array>>>(inherited);
  });

  it('leave open what is unknown', () => {
    const given = {} as RunOptions;
    const unknown = () => run('x', [], given);
    assertType<Equal<Result<typeof unknown>['stdout'], string | Uint8Array | null>>(unknown);
  });

  it('refuse what makes no sense', () => {
    const wrong = [
      // @ts-expect-error a misspelt option
      () => run('x', [], { timeout: 5 }),
      // @ts-expect-error a misspelt option beside a right one
      () => shell('x', { check: true, timeout: 5 }),
      // @ts-expect-error an unknown policy
      () => run('x', [], { overflow: 'ignore' }),
      // @ts-expect-error a number as an argument
      () => run('x', [1]),
    ];
    expect(wrong).toHaveLength(4);
  });

  it('hold for the values too', async () => {
    const { stdout, stderr } = await run('echo', ['x'], { encoding: 'utf8', stderr: DEVNULL });
    expect([stdout.trim(), stderr]).toEqual(['x', null]);
  });
});

describe('the types of runMany', () => {
  type Bytes = CompletedProcess<Uint8Array, Uint8Array>;
  type Text = CompletedProcess<string, string>;

  it('follow the defaults, as those of run follow its options', () => {
    const bytes = () => runMany([{ shell: 'x' }, { program: 'x', args: ['y'] }]);
    assertType<Equal<Result<typeof bytes>, Bytes[]>>(bytes);
    const text = (hosts: readonly string[]) =>
      runMany(
        hosts.map((host) => ({ program: 'x', args: [host], options: { timeoutMs: 5 } })),
        { concurrency: 2, defaults: { encoding: 'utf8' } },
      );
    assertType<Equal<Result<typeof text>, Text[]>>(text);
    const merged = () => runMany([{ shell: 'x' }], { defaults: { encoding: 'utf8', stderr: STDOUT } });
    assertType<Equal<Result<typeof merged>, CompletedProcess<string, null>[]>>(merged);
    const hinted = () => runMany([{ shell: 'x' }], { defaults: { onBytes: (nbytes) => void nbytes.toFixed() } });
    assertType<Equal<Result<typeof hinted>, Bytes[]>>(hinted);
  });

  it('are open where the commands have outputs of their own', () => {
    const own = () => runMany([{ shell: 'x', options: { encoding: 'utf8' } }]);
    assertType<Equal<Result<typeof own>, CompletedProcess[]>>(own);
    const place = () => runMany([{ shell: 'x', options: { stdout: 'file' } }], { defaults: { encoding: 'utf8' } });
    assertType<Equal<Result<typeof place>, CompletedProcess[]>>(place);
    const any = (commands: Command[]) => runMany(commands, { defaults: { encoding: 'utf8' } });
    assertType<Equal<Result<typeof any>, CompletedProcess[]>>(any);
    const given = (options: RunManyOptions) => runMany([{ shell: 'x' }], options);
    assertType<Equal<Result<typeof given>, CompletedProcess[] | PromiseSettledResult<CompletedProcess>[]>>(given);
  });

  it('follow stopOnError', () => {
    const settled = () => runMany([{ shell: 'x' }], { stopOnError: false });
    assertType<Equal<Result<typeof settled>, PromiseSettledResult<Bytes>[]>>(settled);
    const stopped = () => runMany([{ shell: 'x' }], { stopOnError: true, defaults: { encoding: 'utf8' } });
    assertType<Equal<Result<typeof stopped>, Text[]>>(stopped);
    const chosen = (stopOnError: boolean) => runMany([{ shell: 'x' }], { stopOnError });
    assertType<Equal<Result<typeof chosen>, Bytes[] | PromiseSettledResult<Bytes>[]>>(chosen);
  });

  it('refuse what makes no sense', () => {
    const wrong = [
      // @ts-expect-error neither a program nor a shell command
      () => runMany([{ args: [] }]),
      // @ts-expect-error a misspelt option
      () => runMany([{ shell: 'x' }], { concurency: 2 }),
      // @ts-expect-error a misspelt default
      () => runMany([{ shell: 'x' }], { defaults: { timeout: 5 } }),
      // @ts-expect-error a misspelt option of a command
      () => runMany([{ shell: 'x', options: { timeout: 5 } }]),
    ];
    expect(wrong).toHaveLength(4);
  });
});
