import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { NodeWritePipe } from '../src/node/nodeWritePipe.js';
import { settle } from './helpers/recordingProtocol.js';

/** A stream that takes nothing, and at its destruction says that it did. */
class Stalled extends Writable {
  #callback: (() => void) | null = null;

  override _write(_chunk: unknown, _encoding: string, callback: () => void): void {
    this.#callback = callback;
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    callback(error);
    this.#callback?.();
  }
}

describe('NodeWritePipe', () => {
  it('answers every write that a destruction drops with an error, the one under way included', async () => {
    const pipe = new NodeWritePipe(new Stalled());
    const answers: string[] = [];
    for (const name of ['first', 'second', 'third']) {
      pipe.write(new Uint8Array(10), (error) => {
        answers.push(`${name} ${error?.message !== undefined}`);
      });
    }
    pipe.destroy();
    await settle();
    expect(answers).toEqual(['first true', 'second true', 'third true']);
  });
});
