import { SubprocessProtocol } from '@subwire/transport';

// #region protocol
/** Collects what a child prints, and hands it over when the child has exited. */
export class DateProtocol extends SubprocessProtocol {
  readonly date: Promise<string>;
  #output = '';
  #pipeClosed = false;
  #exited = false;
  #resolve: (date: string) => void = () => undefined;
  readonly #decoder = new TextDecoder();

  constructor() {
    super();
    this.date = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  override pipeDataReceived(_fd: number, data: Uint8Array): void {
    this.#output += this.#decoder.decode(data, { stream: true });
  }

  override pipeConnectionLost(): void {
    this.#pipeClosed = true;
    this.#checkForEnd();
  }

  override processExited(): void {
    this.#exited = true;
    this.#checkForEnd();
  }

  /** The exit may come before the last output, or after it: only both together are the end. */
  #checkForEnd(): void {
    if (this.#pipeClosed && this.#exited) {
      this.#resolve(this.#output.trimEnd());
    }
  }
}
// #endregion protocol
