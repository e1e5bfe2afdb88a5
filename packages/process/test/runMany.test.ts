import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { ValueError } from '@subwire/transport';
import type { CalledProcessError } from '../src/index.js';
import { run, runMany, type Command, type RunOptions, type RunProgress } from '../src/index.js';
import { ourChildren, rejection, until } from './helpers/children.js';

function shells(...commands: string[]): Command[] {
  return commands.map((command) => ({ shell: command, options: { encoding: 'utf8' } }));
}

describe('runMany', () => {
  it('returns the results in the order of the commands, whatever ends first', async () => {
    const results = await runMany(shells('sleep 0.2; echo a', 'sleep 0.1; echo b', 'echo c'));
    expect(results.map((result) => result.stdout)).toEqual(['a\n', 'b\n', 'c\n']);
  });

  it('takes programs with arguments and command lines alike', async () => {
    const [first, second] = await runMany([{ program: 'echo', args: ['x y'] }, { program: 'true' }]);
    expect([Buffer.from(first?.stdout ?? '').toString(), second?.returncode]).toEqual(['x y\n', 0]);
  });

  it('returns nothing for no commands', async () => {
    expect(await runMany([])).toEqual([]);
  });

  it('runs no more at a time than it may', async () => {
    let peak = 0;
    const onProgress = ({ running }: RunProgress): void => {
      peak = Math.max(peak, running);
    };
    const results = await runMany(shells(...Array.from({ length: 9 }, (_, i) => `echo ${i}`)), {
      concurrency: 3,
      onProgress,
    });
    expect([peak, results.length]).toEqual([3, 9]);
  });

  it('reports starts, ends, failures and bytes', async () => {
    const log: string[] = [];
    await runMany(shells('printf abc', 'exit 1', 'printf de >&2'), {
      concurrency: 1,
      stopOnError: false,
      onProgress: ({ total, running, done, failed, bytes }) => {
        log.push(`${running} running, ${done} done, ${failed} failed of ${total}, ${bytes} bytes`);
      },
    });
    expect(log).toEqual([
      '1 running, 0 done, 0 failed of 3, 0 bytes',
      '1 running, 0 done, 0 failed of 3, 3 bytes',
      '0 running, 1 done, 0 failed of 3, 3 bytes',
      '1 running, 1 done, 0 failed of 3, 3 bytes',
      '0 running, 1 done, 1 failed of 3, 3 bytes',
      '1 running, 1 done, 1 failed of 3, 3 bytes',
      '1 running, 1 done, 1 failed of 3, 5 bytes',
      '0 running, 2 done, 1 failed of 3, 5 bytes',
    ]);
  });

  it('ends the rest when one fails, starts no more, and rejects with that failure once they are reaped', async () => {
    const states: boolean[] = [];
    const commands: Command[] = [
      SLEEPER,
      { shell: 'sleep 0.3; exit 5' },
      { shell: 'echo never', options: { onBytes: () => states.push(true) } },
    ];
    const error = await rejection<CalledProcessError>(runMany(commands, { concurrency: 2 }));
    expect(error).toMatchObject({ code: 'ERR_CALLED_PROCESS', returncode: 5 });
    expect(states).toEqual([]);
    expect(ourChildren()).toEqual([]);
  });

  it('tells what became of each with stopOnError: false', async () => {
    const outcomes = await runMany(shells('echo a', 'exit 5', 'echo c'), { stopOnError: false });
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'ERR_CALLED_PROCESS', returncode: 5 } });
    expect(outcomes[2]).toMatchObject({ value: { stdout: 'c\n' } });
  });

  it('counts a return code other than 0 as a result where check is off', async () => {
    const [result] = await runMany([{ shell: 'exit 5', options: { check: false } }]);
    expect(result?.returncode).toBe(5);
  });

  it('gives all commands the defaults, under what each of them says itself', async () => {
    const seen: number[] = [];
    const defaults: RunOptions = {
      encoding: 'utf8',
      check: false,
      env: { PATH: process.env.PATH, WHO: 'all' },
      onBytes: (nbytes) => seen.push(nbytes),
    };
    const results = await runMany(
      [
        { shell: 'echo "$WHO"; exit 1' },
        { program: 'sh', args: ['-c', 'echo "$WHO"'], options: { env: { WHO: 'one' } } },
        { shell: 'echo "$WHO"', options: { encoding: 'utf-16le', onBytes: () => undefined } },
        { shell: 'echo "$WHO"', options: { encoding: undefined } as object },
      ],
      { concurrency: 1, defaults },
    );
    expect(results.map(({ stdout }) => stdout)).toEqual(['all\n', 'one\n', '\u6c61\u0a6c', 'all\n']);
    expect([results[0]?.returncode, seen]).toEqual([1, [4, 4, 4]]);
  });

  it('lets a command switch the check on that the defaults switch off', async () => {
    const commands = [{ shell: 'exit 1' }, { shell: 'exit 2', options: { check: true } }];
    const outcomes = await runMany(commands, { defaults: { check: false }, stopOnError: false });
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('refuses defaults and options that are no objects, and tells a misspelt one as a failure', async () => {
    const wrong = [5, 'encoding', null] as unknown as RunOptions[];
    for (const defaults of wrong) {
      expect(await rejection(runMany([], { defaults }))).toBeInstanceOf(TypeError);
      expect(await rejection(runMany([{ shell: 'true', options: defaults }]))).toBeInstanceOf(TypeError);
    }
    const misspelt = { encodng: 'utf8' } as RunOptions;
    expect(await rejection(runMany([{ shell: 'true' }], { defaults: misspelt }))).toBeInstanceOf(TypeError);
  });

  it('counts a program that is not there as a failure', async () => {
    expect(await rejection(runMany([{ program: 'no-such-program' }]))).toMatchObject({ code: 'ENOENT' });
  });

  it('ends all of them on abort and rejects with the reason', async () => {
    const controller = new AbortController();
    const commands = [SLEEPER, SLEEPER, SLEEPER, SLEEPER];
    const running = rejection(runMany(commands, { concurrency: 3, signal: controller.signal }));
    await until(() => ourChildren().length === 3);
    controller.abort('enough');
    expect(await running).toBe('enough');
    expect(ourChildren()).toEqual([]);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('ends all of them on abort with stopOnError: false too', async () => {
    const controller = new AbortController();
    const running = rejection(runMany([SLEEPER, SLEEPER], { signal: controller.signal, stopOnError: false }));
    await until(() => ourChildren().length === 2);
    controller.abort('enough');
    expect(await running).toBe('enough');
  });

  it('starts nothing with a signal that was aborted before', async () => {
    const reason = new Error('before');
    const commands = [{ program: '/no/such/program' }];
    expect(await rejection(runMany(commands, { signal: AbortSignal.abort(reason) }))).toBe(reason);
  });

  it('ends one command by its own signal, which is that command’s failure', async () => {
    const own = new AbortController();
    const running = runMany([{ ...SLEEPER, options: { signal: own.signal } }, { shell: 'echo fine' }], {
      stopOnError: false,
    });
    await until(() => ourChildren().length === 1);
    own.abort('only me');
    expect(await running).toMatchObject([{ status: 'rejected', reason: 'only me' }, { status: 'fulfilled' }]);
    expect(getEventListeners(own.signal, 'abort')).toHaveLength(0);
  });

  it('leaves no listener on signals that outlive it', async () => {
    const { signal } = new AbortController();
    const own = new AbortController();
    const shared = new AbortController();
    const commands = [{ shell: 'true', options: { signal: own.signal } }, { shell: 'true' }];
    await runMany(commands, { signal, defaults: { signal: shared.signal } });
    for (const outlives of [signal, own.signal, shared.signal]) {
      expect(getEventListeners(outlives, 'abort')).toHaveLength(0);
      expect(dependentsOf(outlives)).toBe(0);
    }
  });

  it.each([0, 4])('stops everything when the receiver of progress throws at call %i', async (failAt) => {
    const thrown = new Error('display broke');
    let calls = 0;
    const onProgress = (): void => {
      calls += 1;
      if (calls > failAt) {
        throw thrown;
      }
    };
    const commands = [SLEEPER, SLEEPER, SLEEPER, ...shells('echo x; exec sleep 60')];
    expect(await rejection(runMany(commands, { onProgress, stopOnError: false }))).toBe(thrown);
    expect(ourChildren()).toEqual([]);
  });

  it.each([0, -1, NaN, '2' as unknown as number])('refuses a concurrency of %s', async (concurrency) => {
    expect(await rejection(runMany([{ program: '/no/such' }], { concurrency }))).toBeInstanceOf(ValueError);
  });

  it('refuses a misspelt option', async () => {
    expect(await rejection(runMany([], { concurency: 2 } as object))).toBeInstanceOf(TypeError);
  });

  // X12
  it('loses no output of 200 concurrent children', async () => {
    const commands = Array.from({ length: 200 }, (_, index) => ({
      program: 'head',
      args: ['-c', String(60_000 + index), '/dev/zero'],
    }));
    const results = await runMany(commands, { concurrency: 200 });
    expect(results.map((result) => result.stdout?.length)).toEqual(commands.map((_, index) => 60_000 + index));
    expect(await run('true')).toMatchObject({ returncode: 0 });
  });
});

/** How many signals made by `AbortSignal.any` the runtime has noted in this one; it may keep them for ever. */
function dependentsOf(signal: AbortSignal): number {
  const kept = Object.getOwnPropertySymbols(signal).map(
    (symbol) => (signal as unknown as Record<symbol, unknown>)[symbol],
  );
  return kept.reduce((sum: number, value) => sum + (value instanceof Set ? value.size : 0), 0);
}

const SLEEPER: Command = { program: 'sleep', args: ['60'] };
