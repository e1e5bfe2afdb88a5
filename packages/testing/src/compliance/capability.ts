import type { BackendCapabilities, PipeKind, SignalScope } from '@subwire/transport';

/** What a case needs, or checks the lack of: a capability, or one of several things that it can list. */
export type Capability = keyof BackendCapabilities | `signalScopes.${SignalScope}` | `pipes.${PipeKind}`;

/** Tells whether a backend has a capability. */
export function hasCapability(supports: BackendCapabilities, capability: Capability): boolean {
  const [name = '', item] = capability.split('.');
  const value: unknown = supports[name as keyof BackendCapabilities];
  if (Array.isArray(value)) {
    return item === undefined ? value.length > 0 : value.includes(item);
  }
  return value === true || (typeof value === 'string' && value !== 'none');
}
