// #region program
import { SpawnError, subprocessExec, SubprocessProtocol, type SubprocessTransport } from '@subwire/transport';

class SortProtocol extends SubprocessProtocol {
  readonly #input: string;
  readonly #texts = ['', '', ''];
  readonly #decoders = [new TextDecoder(), new TextDecoder(), new TextDecoder()];
  #transport: SubprocessTransport | null = null;
  #succeed: (output: string) => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;
  readonly output = new Promise<string>((resolve, reject) => {
    this.#succeed = resolve;
    this.#fail = reject;
  });

  constructor(input: string) {
    super();
    this.#input = input;
  }

  override connectionMade(transport: SubprocessTransport): void {
    this.#transport = transport;
    const stdin = transport.getPipeTransport(0);
    stdin?.write(new TextEncoder().encode(this.#input));
    stdin?.writeEof();
  }

  override pipeDataReceived(fd: number, data: Uint8Array): void {
    this.#texts[fd] += this.#decoders[fd]?.decode(data, { stream: true }) ?? '';
  }

  override connectionLost(): void {
    const returncode = this.#transport?.getReturncode();
    const [, output = '', errors = ''] = this.#texts;
    if (returncode === 0) {
      this.#succeed(output);
    } else {
      this.#fail(new Error(`sort ended with ${returncode} after ${errors.length > 0 ? 'a complaint' : 'no word'}`));
    }
  }
}

async function sortLines(program: string, args: string[], input: string): Promise<string> {
  const [, protocol] = await subprocessExec(() => new SortProtocol(input), program, args);
  return protocol.output;
}

console.log(await sortLines('sort', ['-r'], 'pear\napple\nplum\n'));
try {
  await sortLines('sort', ['--no-such-option'], '');
} catch (error) {
  console.log((error as Error).message);
}
try {
  await sortLines('srot', [], '');
} catch (error) {
  if (error instanceof SpawnError) {
    console.log(error.code, error.stage, error.message);
  }
}
// #endregion program
