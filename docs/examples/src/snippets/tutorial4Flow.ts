// #region program
import { subprocessExec, SubprocessProtocol, type SubprocessTransport, type WriteTransport } from '@subwire/transport';

class SortProtocol extends SubprocessProtocol {
  readonly #lines: Iterator<string>;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  #stdin: WriteTransport | null = null;
  #paused = false;
  #output = '';
  #finish: (output: string) => void = () => undefined;
  readonly output = new Promise<string>((resolve) => (this.#finish = resolve));
  pauses = 0;

  constructor(lines: Iterable<string>) {
    super();
    this.#lines = lines[Symbol.iterator]();
  }

  override connectionMade(transport: SubprocessTransport): void {
    this.#stdin = transport.getPipeTransport(0);
    this.#pump();
  }

  override pauseWriting(): void {
    this.#paused = true;
    this.pauses += 1;
  }

  override resumeWriting(): void {
    this.#paused = false;
    this.#pump();
  }

  /** Writes lines until the buffer is full or there are no more. */
  #pump(): void {
    while (!this.#paused) {
      const next = this.#lines.next();
      if (next.done === true) {
        this.#stdin?.writeEof();
        return;
      }
      this.#stdin?.write(this.#encoder.encode(`${next.value}\n`));
    }
  }

  override pipeDataReceived(_fd: number, data: Uint8Array): void {
    this.#output += this.#decoder.decode(data, { stream: true });
  }

  override connectionLost(): void {
    this.#finish(this.#output);
  }
}

function* numbers(count: number): Generator<string> {
  for (let n = count; n > 0; n -= 1) {
    yield String(n).padStart(8, '0');
  }
}

const [, protocol] = await subprocessExec(() => new SortProtocol(numbers(100_000)), 'sort', [], { stderr: null });
const sorted = (await protocol.output).trimEnd().split('\n');
console.log(`${sorted.length} lines, from ${sorted.at(0)} to ${sorted.at(-1)}`);
// #endregion program

if (sorted.length !== 100_000 || protocol.pauses === 0) {
  throw new Error(`${sorted.length} lines, ${protocol.pauses} pauses`);
}
