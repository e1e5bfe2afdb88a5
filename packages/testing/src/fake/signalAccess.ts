import { NotSupportedError, SubprocessError, type BackendCapabilities, type SpawnRequest } from '@subwire/transport';

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
  findsChild(scope: 'process' | 'group'): boolean {
    if (!this.#supports.signals) {
      throw new NotSupportedError('signals', 'this fake backend delivers no signals');
    }
    if (scope === 'group' && !(this.#supports.groupSignals && this.#leadsGroup)) {
      throw new NotSupportedError('groupSignals', 'the child has no group of its own');
    }
    if (this.#refusal === 'forbidden') {
      throw new SubprocessError('EPERM', 'the fake child may not be signalled');
    }
    return this.#refusal !== 'gone';
  }
}
