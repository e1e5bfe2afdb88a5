import type { BackendCapabilities, PipeKind, SignalScope } from '@subwire/transport';

/** A capability, or an item of a capability that is a list. */
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
