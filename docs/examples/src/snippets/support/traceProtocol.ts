import { SubprocessProtocol, type SubprocessTransport } from '@subwire/transport';

// #region protocol
/** Prints every callback. */
export class TraceProtocol extends SubprocessProtocol {
  readonly finished: Promise<void>;
  #finish: () => void = () => undefined;
  #transport: SubprocessTransport | null = null;

  constructor() {
    super();
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  override connectionMade(transport: SubprocessTransport): void {
    this.#transport = transport;
    console.log('connectionMade');
  }

  override pipeDataReceived(fd: number, data: Uint8Array): void {
    console.log(`pipeDataReceived(${fd}, ${JSON.stringify(new TextDecoder().decode(data))})`);
  }

  override pipeConnectionLost(fd: number, exc: Error | null): void {
    console.log(`pipeConnectionLost(${fd}, ${exc?.name ?? 'null'})`);
  }

  override processExited(): void {
    console.log(`processExited, return code ${this.#transport?.getReturncode()}`);
  }

  override pauseWriting(): void {
    console.log('pauseWriting');
  }

  override resumeWriting(): void {
    console.log('resumeWriting');
  }

  override connectionLost(exc: Error | null): void {
    console.log(`connectionLost(${exc?.name ?? 'null'})`);
    this.#finish();
  }
}
// #endregion protocol
