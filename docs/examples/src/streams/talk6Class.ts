import assert from 'node:assert/strict';
// #region program
import { createSubprocessExec, PIPE, type Process, type StreamReader, type StreamWriter } from '@subwire/process';

// Falls asleep when it is asked for 13.
const script = 'while read -r a b; do [ "$a" = 13 ] && exec sleep 60; echo $((a * b)); done';

class Multiplier implements AsyncDisposable {
  readonly #child: Process<StreamWriter, StreamReader, null>;

  static async start(): Promise<Multiplier> {
    return new Multiplier(await createSubprocessExec('sh', ['-c', script], { stdin: PIPE, stdout: PIPE }));
  }

  private constructor(child: Process<StreamWriter, StreamReader, null>) {
    this.#child = child;
  }

  async multiply(a: number, b: number, signal: AbortSignal): Promise<number> {
    this.#child.stdin.write(`${a} ${b}\n`);
    await this.#child.stdin.drain({ signal });
    const line = await this.#child.stdout.readline({ signal });
    if (line.length === 0) {
      throw new Error(`the child ended with ${await this.#child.wait()}`);
    }
    return Number(new TextDecoder().decode(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
    console.log('the child ended with', this.#child.returncode);
  }
}

async function main(): Promise<void> {
  await using multiplier = await Multiplier.start();
  console.log(await multiplier.multiply(12, 12, AbortSignal.timeout(1_000)));
  console.log(await multiplier.multiply(13, 13, AbortSignal.timeout(300)));
}

try {
  await main();
} catch (error) {
  console.log('no answer:', (error as Error).name);
}
// #endregion program
assert.ok(performance.now() < 5_000, 'the sleeping child held nobody up');
