import assert from 'node:assert/strict';
// #region program
import { createSubprocessExec, PIPE, type StreamReader } from '@subwire/process';

// Each entry is the number of its bytes, a newline, and the bytes, which may hold newlines themselves.
const server = ['-c', `printf '5\\nhello14\\ntwo\\nlines here0\\n'`];

async function* entries(reader: StreamReader): AsyncGenerator<string, void, undefined> {
  for (;;) {
    const head = await reader.readline();
    if (head.length === 0) {
      return;
    }
    const body = await reader.readexactly(Number(new TextDecoder().decode(head)));
    yield new TextDecoder().decode(body);
  }
}

const log = await createSubprocessExec('sh', server, { stdout: PIPE });
const all: string[] = [];
for await (const entry of entries(log.stdout)) {
  all.push(entry);
}
console.log(all, 'return code', await log.wait());
// #endregion program
assert.deepEqual(all, ['hello', 'two\nlines here', '']);
