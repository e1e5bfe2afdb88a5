import { SubprocessProtocol, type SubprocessTransport } from '@subwire/transport';

/** A callback was called in an order that is not allowed. */
export class ProtocolOrderError extends Error {
  override readonly name: string = 'ProtocolOrderError';
}

/**
 * Wraps a protocol and throws when callbacks are called in an order that is not allowed.
 *
 * The error is reported like any error of a callback, and is stored in `violations`. The rules:
 *
 * - `connectionMade` is called once, before all others.
 * - Each pipe gets data, then one `pipeConnectionLost`. There is no data while it is paused.
 * - `processExited` is called once, with a return code.
 * - `pauseWriting` and `resumeWriting` alternate, and are not called after the loss of descriptor 0.
 * - `connectionLost` is called once, after all others: after the exit, and after the loss of every pipe.
 *
 * | state     | `connectionMade` | data, loss of a pipe  | `processExited` | `connectionLost`                      |
 * | --------- | ---------------- | --------------------- | --------------- | ------------------------------------- |
 * | new       | connected        | throw                 | throw           | throw                                 |
 * | connected | throw            | passed on             | exited          | with an error as after the exit, else throw |
 * | exited    | throw            | passed on             | throw           | lost if every pipe is lost, else throw      |
 * | lost      | throw            | throw                 | throw           | throw                                 |
 */
export class StrictProtocol extends SubprocessProtocol {
  /** The violations so far. */
  readonly violations: ProtocolOrderError[] = [];
  readonly #inner: SubprocessProtocol;
  readonly #lostFds = new Set<number>();
  #transport: SubprocessTransport | null = null;
  #openFds: number[] = [];
  #exited = false;
  #paused = false;
  #lost = false;

  constructor(inner: SubprocessProtocol = new SubprocessProtocol()) {
    super();
    this.#inner = inner;
    if (inner.getBuffer !== undefined) {
      this.getBuffer = (fd, sizeHint) => {
        this.#requireData('getBuffer', fd);
        return inner.getBuffer?.(fd, sizeHint) ?? new Uint8Array(0);
      };
      this.bufferUpdated = (fd, nbytes) => {
        this.#requireConnected('bufferUpdated');
        this.#require(nbytes > 0, `${nbytes} bytes of ${fd}`);
        inner.bufferUpdated?.(fd, nbytes);
      };
    }
  }

  override connectionMade(transport: SubprocessTransport): void {
    this.#require(this.#transport === null, 'connectionMade came twice');
    this.#transport = transport;
    this.#openFds = PROBED_FDS.filter((fd) => transport.getPipeTransport(fd) !== null);
    this.#inner.connectionMade(transport);
  }

  override pipeDataReceived(fd: number, data: Uint8Array): void {
    this.#requireData('pipeDataReceived', fd);
    this.#require(data.length > 0, `empty data of ${fd}`);
    this.#inner.pipeDataReceived(fd, data);
  }

  override pipeConnectionLost(fd: number, exc: Error | null): void {
    this.#requireConnected('pipeConnectionLost');
    this.#require(this.#openFds.includes(fd), `${fd} was lost and is no pipe`);
    this.#require(!this.#lostFds.has(fd), `${fd} was lost twice`);
    this.#lostFds.add(fd);
    this.#inner.pipeConnectionLost(fd, exc);
  }

  override processExited(): void {
    this.#requireConnected('processExited');
    this.#require(!this.#exited, 'processExited came twice');
    this.#require(this.#transport?.getReturncode() !== null, 'processExited came without a return code');
    this.#exited = true;
    this.#inner.processExited();
  }

  override pauseWriting(): void {
    this.#requireConnected('pauseWriting');
    this.#require(!this.#paused, 'pauseWriting came while paused');
    this.#require(!this.#lostFds.has(0), 'pauseWriting came after the loss of 0');
    this.#paused = true;
    this.#inner.pauseWriting();
  }

  override resumeWriting(): void {
    this.#requireConnected('resumeWriting');
    this.#require(this.#paused, 'resumeWriting came while not paused');
    this.#require(!this.#lostFds.has(0), 'resumeWriting came after the loss of 0');
    this.#paused = false;
    this.#inner.resumeWriting();
  }

  override connectionLost(exc: Error | null): void {
    this.#requireConnected('connectionLost');
    this.#require(this.#exited || exc !== null, 'connectionLost came before processExited');
    const open = this.#openFds.filter((fd) => !this.#lostFds.has(fd));
    this.#require(open.length === 0, `connectionLost came before the loss of ${open.join(' and ')}`);
    this.#lost = true;
    this.#inner.connectionLost(exc);
  }

  #requireData(callback: string, fd: number): void {
    this.#requireConnected(callback);
    this.#require(this.#openFds.includes(fd), `data of ${fd}, which is no pipe`);
    this.#require(!this.#lostFds.has(fd), `data of ${fd} came after its loss`);
    const pipe = this.#transport?.getPipeTransport(fd) ?? null;
    this.#require(pipe === null || !('isReading' in pipe) || pipe.isReading(), `data of ${fd} came while it is paused`);
  }

  #requireConnected(callback: string): void {
    this.#require(this.#transport !== null, `${callback} came before connectionMade`);
    this.#require(!this.#lost, `${callback} came after connectionLost`);
  }

  #require(legal: boolean, message: string): void {
    if (!legal) {
      const violation = new ProtocolOrderError(message);
      this.violations.push(violation);
      throw violation;
    }
  }
}

/** The descriptors that are checked for pipes. */
const PROBED_FDS: readonly number[] = Array.from({ length: 4_096 }, (_, fd) => fd);
