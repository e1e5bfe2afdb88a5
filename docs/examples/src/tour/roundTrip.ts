import { SubprocessProtocol, subprocessExec, type SubprocessTransport } from '@subwire/transport';
import { check } from '../check.js';
import { byteBar } from './byteBar.js';

const TOTAL_BYTES = 8 * 1_024 * 1_024;
const CHUNK_BYTES = 65_536;

// #region protocol
/** Writes as long as it may, and counts what comes back. */
class RoundTrip extends SubprocessProtocol {
  readonly done: Promise<void>;
  written = 0;
  received = 0;
  pauses = 0;
  resumes = 0;
  #mayWrite = true;
  #transport: SubprocessTransport | null = null;
  #finish: () => void = () => undefined;
  readonly #onReceived: (received: number) => void;

  constructor(onReceived: (received: number) => void) {
    super();
    this.#onReceived = onReceived;
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  override connectionMade(transport: SubprocessTransport): void {
    this.#transport = transport;
    this.#writeOn();
  }

  override pauseWriting(): void {
    this.pauses += 1;
    this.#mayWrite = false;
  }

  override resumeWriting(): void {
    this.resumes += 1;
    this.#mayWrite = true;
    this.#writeOn();
  }

  override pipeDataReceived(_fd: number, data: Uint8Array): void {
    this.received += data.length;
    this.#onReceived(this.received);
  }

  override connectionLost(): void {
    this.#finish();
  }

  #writeOn(): void {
    const stdin = this.#transport?.getPipeTransport(0);
    while (this.#mayWrite && this.written < TOTAL_BYTES) {
      this.written += CHUNK_BYTES;
      stdin?.write(new Uint8Array(CHUNK_BYTES));
    }
    if (this.written === TOTAL_BYTES) {
      stdin?.close();
    }
  }
}
// #endregion protocol

export async function main(): Promise<void> {
  const bar = byteBar(TOTAL_BYTES, 'cat sends back');
  const [, trip] = await subprocessExec(() => new RoundTrip(bar.advanceTo), 'cat', [], { stderr: null });
  await trip.done;
  bar.stop();
  console.log(
    `${trip.written} bytes written, ${trip.received} came back, ` +
      `pauseWriting ${trip.pauses} times, resumeWriting ${trip.resumes} times`,
  );
  check(trip.received === TOTAL_BYTES, 'every byte came back');
  check(trip.pauses > 0, 'the pipe was full at times');
  check(trip.pauses === trip.resumes, 'every pause had its resume');
}
