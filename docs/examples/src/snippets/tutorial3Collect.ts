// #region program
import { subprocessExec, SubprocessProtocol, type SubprocessTransport } from '@subwire/transport';

class SortProtocol extends SubprocessProtocol {
  readonly #input: string;
  readonly #decoder = new TextDecoder();
  #output = '';
  #finish: (output: string) => void = () => undefined;
  readonly output = new Promise<string>((resolve) => (this.#finish = resolve));

  constructor(input: string) {
    super();
    this.#input = input;
  }

  override connectionMade(transport: SubprocessTransport): void {
    const stdin = transport.getPipeTransport(0);
    stdin?.write(new TextEncoder().encode(this.#input));
    stdin?.writeEof();
  }

  override pipeDataReceived(_fd: number, data: Uint8Array): void {
    this.#output += this.#decoder.decode(data, { stream: true });
  }

  override connectionLost(): void {
    this.#finish(this.#output);
  }
}

async function sortLines(input: string): Promise<string> {
  const [, protocol] = await subprocessExec(() => new SortProtocol(input), 'sort', [], { stderr: null });
  return protocol.output;
}

console.log(await sortLines('pear\napple\nplum\n'));
// #endregion program
