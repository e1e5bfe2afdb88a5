import { runMany } from '@subwire/process';
import { check } from '../check.js';
import { byteBar } from './byteBar.js';

const COMMANDS = 12;
const BYTES_EACH = 200_000;

export async function main(): Promise<void> {
  const bar = byteBar(COMMANDS * BYTES_EACH, 'captured');
  // #region many
  const commands = Array.from({ length: COMMANDS }, () => ({
    program: 'head',
    args: ['-c', String(BYTES_EACH), '/dev/zero'],
  }));
  let mostAtOnce = 0;
  const results = await runMany(commands, {
    concurrency: 3,
    onProgress: ({ running, bytes }) => {
      mostAtOnce = Math.max(mostAtOnce, running);
      bar.advanceTo(bytes);
    },
  });
  // #endregion many
  bar.stop();
  const bytes = results.reduce((sum, { stdout }) => sum + stdout.length, 0);
  console.log(`${results.length} commands, ${mostAtOnce} at once, ${bytes} bytes captured`);
  check(bytes === COMMANDS * BYTES_EACH, 'every byte was captured');
  check(mostAtOnce === 3, 'three ran at once');
}
