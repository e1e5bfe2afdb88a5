import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { nodeBackend, NotSupportedError, type KillAnswer } from '@subwire/transport';
import { backendSubject, complianceCases } from '@subwire/testing';
import { BuggyBackend, WrappedChild } from './helpers/wrappedBackend.js';

jest.setTimeout(30_000);

/** A child without a pid and without signals. */
class RemoteChild extends WrappedChild {
  override onSpawn(): void {
    this.emit('spawn', null);
  }

  override kill(): KillAnswer {
    throw new NotSupportedError('signals', 'there are no signals here');
  }
}

const lists = { pids: 'none', signals: [], signalScopes: [], pipes: [] } as const;
const lacking = {
  ...Object.fromEntries(Object.keys(nodeBackend.supports).map((capability) => [capability, false])),
  ...lists,
};
/** What the wrapper cannot hide. */
const stays = { stdinPeerClose: true };
const backend = new BuggyBackend({ child: RemoteChild, supports: { ...lacking, ...stays } });
const cases = complianceCases(backendSubject(backend));
const lacks = cases.filter((one) => one.id.includes('.lacks-') && one.expects === 'pass');

afterEach(async () => {
  await backend.dispose();
});

describe('a backend that can do very little', () => {
  it('is checked for nearly everything that it lacks', () => {
    expect(lacks.length).toBeGreaterThanOrEqual(10);
  });

  it('is not asked for what it lacks', () => {
    const asked = cases.filter((one) => one.expects === 'pass').flatMap((one) => one.requires);
    expect(new Set(asked)).toEqual(new Set(['stdinPeerClose']));
  });

  it.each(lacks.map((one) => [one.id, one] as const))('passes %s', async (_, one) => {
    await one.run();
  });
});
