import {
  NotSupportedError,
  signalNumber,
  SubprocessError,
  type BackendCapabilities,
  type SignalScope,
  type SpawnRequest,
} from '@subwire/transport';

/** Whether signals reach a fake child: what its backend can do, and what the test says. */
export class SignalAccess {
  readonly #supports: BackendCapabilities;
  readonly #leadsGroup: boolean;
  #refusal: 'gone' | 'forbidden' | null = null;

  constructor(request: SpawnRequest, supports: BackendCapabilities) {
    this.#supports = supports;
    this.#leadsGroup = request.startNewSession || request.processGroup === 0;
  }

  /** From now on there is nobody, or it is not permitted. */
  refuse(refusal: 'gone' | 'forbidden'): void {
    this.#refusal = refusal;
  }

  /**
   * Asks whether a signal would find the child.
   * @throws {NotSupportedError} if the backend cannot send it.
   * @throws {SubprocessError} `EPERM` if it is not permitted.
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
