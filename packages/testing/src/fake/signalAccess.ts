import {
  NotSupportedError,
  signalNumber,
  SubprocessError,
  type BackendCapabilities,
  type SignalScope,
  type SpawnRequest,
} from '@subwire/transport';

/** Decides whether a signal reaches a fake child, by the capabilities of the backend and the settings of the test. */
export class SignalAccess {
  readonly #supports: BackendCapabilities;
  readonly #leadsGroup: boolean;
  #refusal: 'gone' | 'forbidden' | null = null;

  constructor(request: SpawnRequest, supports: BackendCapabilities) {
    this.#supports = supports;
    this.#leadsGroup = request.startNewSession || request.processGroup === 0;
  }

  /** Makes all signals fail from now on: `'gone'`, or `'forbidden'`. */
  refuse(refusal: 'gone' | 'forbidden'): void {
    this.#refusal = refusal;
  }

  /**
   * Tells whether a signal reaches the child.
   * @throws {NotSupportedError} if the backend does not support the signal or the scope.
   * @throws {SubprocessError} with `EPERM` after `refuse('forbidden')`.
   */
  findsChild(signal: number, scope: SignalScope): boolean {
    const { signals, signalScopes } = this.#supports;
    if (signals !== 'all' && !signals.some((name) => signalNumber(name) === signal)) {
      throw new NotSupportedError('signals', 'this fake backend does not deliver that signal');
    }
    if (!signalScopes.includes(scope)) {
      throw new NotSupportedError('signalScopes', `this fake backend cannot signal a ${scope}`);
    }
    if (scope === 'group' && !this.#leadsGroup) {
      throw new NotSupportedError('signalScopes', 'the child has no group of its own');
    }
    if (this.#refusal === 'forbidden') {
      throw new SubprocessError('EPERM', 'the fake child may not be signalled');
    }
    return this.#refusal !== 'gone';
  }
}
