import assert from 'node:assert/strict';
import { createSubprocessExec, DEVNULL, PIPE, StreamReader } from '@subwire/process';

// #region write
const sink = await createSubprocessExec('sh', ['-c', 'sleep 0.2; cat'], { stdin: PIPE, stdout: DEVNULL });
let most = 0;
for (let n = 0; n < 1_000; n += 1) {
  sink.stdin.write(new Uint8Array(10_000));
  most = Math.max(most, sink.stdin.transport.getWriteBufferSize());
  await sink.stdin.drain();
}
sink.stdin.close();
console.log('waiting at most:', most <= 65_536 + 10_000, 'return code', await sink.wait());
// #endregion write
assert.ok(most <= 65_536 + 10_000);

// #region read
const reader = new StreamReader({ limit: 10 });
reader.setTransport({
  pauseReading: () => {
    console.log('pause');
  },
  resumeReading: () => {
    console.log('resume');
  },
  close: () => undefined,
});
reader.feedData(new Uint8Array(20));
console.log('20 bytes');
reader.feedData(new Uint8Array(1));
console.log('21 bytes');
await reader.read(10);
console.log('11 bytes');
await reader.read(1);
console.log('10 bytes');
// #endregion read

// #region held
const child = await createSubprocessExec('sh', ['-c', 'head -c 10000000 /dev/zero; echo done >&2'], {
  stdout: PIPE,
  stderr: PIPE,
});
const told = child.stderr.readline();
const first = await Promise.race([told.then(() => 'done'), new Promise((wake) => setTimeout(wake, 300, 'held back'))]);
console.log(first);
const output = await child.stdout.read();
console.log(output.length, new TextDecoder().decode(await told).trimEnd(), await child.wait());
// #endregion held
assert.deepEqual([first, output.length], ['held back', 10_000_000]);
