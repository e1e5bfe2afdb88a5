import assert from 'node:assert/strict';
// #region program
import { pipeline } from 'node:stream/promises';
import { createGzip, gunzipSync } from 'node:zlib';
import { createSubprocessExec, PIPE } from '@subwire/process';

const log = await createSubprocessExec('seq', ['100000'], { stdout: PIPE });
const chunks: Uint8Array[] = [];
await pipeline(log.stdout.toReadable(), createGzip(), async (packed: AsyncIterable<Uint8Array>) => {
  for await (const chunk of packed) {
    chunks.push(chunk);
  }
});
const packed = Buffer.concat(chunks);
console.log('smaller:', packed.length < 588_895, '- return code', await log.wait());
// #endregion program
assert.equal(gunzipSync(packed).length, 588_895);
