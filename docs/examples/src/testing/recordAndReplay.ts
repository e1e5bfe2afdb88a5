import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, it } from 'node:test';
import { run } from '@subwire/process';
import { loadSession, recordBackend, replayBackend, saveSession } from '@subwire/testing';
import { nodeBackend, type SubprocessBackend } from '@subwire/transport';

const directory = await mkdtemp(path.join(tmpdir(), 'subwire-example-'));
after(() => rm(directory, { recursive: true }));
const file = path.join(directory, 'sort.session');

// #region program
async function sorted(words: readonly string[], backend: SubprocessBackend): Promise<string[]> {
  const { stdout } = await run('sort', [], { backend, input: words.join('\n'), encoding: 'utf8' });
  return stdout.trim().split('\n');
}
// #endregion program

it('is recorded once and replayed ever after', async () => {
  // #region record
  const recording = recordBackend(nodeBackend, { redactEnv: ['HOME'], redact: [/\b\d{16}\b/] });
  await sorted(['pear', 'apple'], recording);
  await saveSession(file, recording.session);
  // #endregion record

  // #region replay
  await using replay = replayBackend(await loadSession(file));
  assert.deepEqual(await sorted(['pear', 'apple'], replay), ['apple', 'pear']);
  replay.assertComplete();
  // #endregion replay
});

it('says where the program deviates', async () => {
  // #region deviation
  await using replay = replayBackend(await loadSession(file));
  await assert.rejects(sorted(['pear', 'plum'], replay));
  assert.throws(() => replay.assertComplete(), {
    name: 'ReplayDeviationError',
    message: 'the replay of child 1 ("sort") deviates at byte 5 of its input: recorded is "apple", got "plum"',
  });
  // #endregion deviation
});
