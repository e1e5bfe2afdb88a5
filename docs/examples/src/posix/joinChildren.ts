import assert from 'node:assert/strict';
// #region program
import { posixBackend } from '@subwire/posix';
import { createSubprocessExec } from '@subwire/process';
import { DEVNULL, PIPE } from '@subwire/transport';

async function distinctWords(): Promise<string> {
  const pipe = posixBackend.createPipe();
  try {
    await using words = await createSubprocessExec('printf', ['%s\\n', 'pear', 'fig', 'pear'], {
      backend: posixBackend,
      stdin: DEVNULL,
      stdout: pipe.writer,
    });
    await using sorted = await createSubprocessExec('sort', ['-u'], {
      backend: posixBackend,
      stdin: pipe.reader,
      stdout: PIPE,
    });
    pipe.close();
    const [stdout] = await sorted.communicate();
    await words.wait();
    return Buffer.from(stdout).toString();
  } finally {
    pipe.close();
  }
}
// #endregion program
import { isSupported } from '@subwire/posix';

if (isSupported().ok) {
  const text = await distinctWords();
  console.log(text.trim());
  assert.equal(text, 'fig\npear\n');
}
