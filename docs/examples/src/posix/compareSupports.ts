// #region program
import { posixBackend } from '@subwire/posix';
import { nodeBackend, type BackendCapabilities } from '@subwire/transport';

const say = (value: unknown): string => {
  const text = typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
  return text.padEnd(15);
};

console.log(`${' '.repeat(17)}${'posix'.padEnd(15)}node`);
for (const capability of Object.keys(posixBackend.supports) as (keyof BackendCapabilities)[]) {
  const pair = [posixBackend, nodeBackend].map(({ supports }) => say(supports[capability]));
  console.log(`${capability.padEnd(17)}${pair.join('')}`.trimEnd());
}
// #endregion program
