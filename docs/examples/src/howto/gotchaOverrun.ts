import assert from 'node:assert/strict';
import { StreamReader } from '@subwire/process';

function readerOf(text: string): StreamReader {
  const reader = new StreamReader({ limit: 4 });
  reader.feedData(new TextEncoder().encode(text));
  reader.feedEof();
  return reader;
}

async function outcome(read: Promise<Uint8Array>): Promise<string> {
  return read.then(
    (bytes) => JSON.stringify(new TextDecoder().decode(bytes)),
    (error: unknown) => (error as Error).name,
  );
}

// #region program
const dropping = readerOf('too long\nnext\n'); // its limit is 4 bytes
console.log('readline: ', await outcome(dropping.readline()), await outcome(dropping.readline()));

const keeping = readerOf('too long\nnext\n');
console.log('readuntil:', await outcome(keeping.readuntil()), await outcome(keeping.readuntil()));

const lines = readerOf('too long\nnext\n').lines({ encoding: 'utf8', maxLineBytes: 4, onOverrun: 'truncate' });
const kept: string[] = [];
for await (const line of lines) {
  kept.push(line);
}
console.log('lines():  ', kept);
// #endregion program
assert.deepEqual(kept, ['too ', 'next']);
