// #region program
import { posixBackend } from '@subwire/posix';
import { nodeBackend, type BackendCapabilities } from '@subwire/transport';

const say = (supported: boolean): string => (supported ? 'yes' : 'no').padEnd(6);

console.log(`${' '.repeat(17)}posix node`);
for (const capability of Object.keys(posixBackend.supports) as (keyof BackendCapabilities)[]) {
  const pair = [posixBackend, nodeBackend].map(({ supports }) => say(supports[capability]));
  console.log(`${capability.padEnd(17)}${pair.join('')}`.trimEnd());
}
// #endregion program
