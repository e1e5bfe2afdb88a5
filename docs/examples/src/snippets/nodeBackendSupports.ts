import { nodeBackend } from '@subwire/transport';

// #region program
for (const [capability, supported] of Object.entries(nodeBackend.supports)) {
  console.log(capability.padEnd(16), typeof supported === 'boolean' ? (supported ? 'yes' : 'no') : String(supported));
}
// #endregion program
