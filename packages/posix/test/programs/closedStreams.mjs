/**
 * A daemon: it has closed some of its standard streams, and ends.
 *
 * Arguments: the backend; `imported` or `used`, and if used `before` or `after` the streams are closed; the streams, as `12`;
 * whether it ends by `exit` or by `itself`.
 */
import { closeSync } from 'node:fs';
import process from 'node:process';
import { posixBackend } from '@subwire/posix';
import { nodeBackend } from '@subwire/transport';
import { run } from './common.mjs';

const [name, use, streams, end] = process.argv.slice(2);
const useIt = async () => {
  const backend = name === 'posix' ? posixBackend : nodeBackend;
  const [code, output] = await run('/bin/echo', ['hello'], { backend });
  if (code !== 0 || output !== 'hello\n') process.exit(1);
};
if (use === 'before') await useIt();
[...streams].map(Number).forEach((fd) => closeSync(fd));
if (use === 'after') await useIt();
if (end === 'exit') process.exit(7);
process.exitCode = 7;
