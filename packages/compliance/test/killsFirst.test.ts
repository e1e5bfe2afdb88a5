/** close() of a child that ends as soon as it sees the end of its input. */
import { describe, expect, it } from '@jest/globals';
import {
  DEVNULL,
  nodeBackend,
  PIPE,
  subprocessExec,
  SubprocessProtocol,
  type SubprocessTransport,
} from '@subwire/transport';
import { posixBackend } from '@subwire/posix';

const CHILDREN = 60;

/** The more pipes there are to close, the more time a child would have to see the end of the first one. */
const EXTRA_PIPES = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [index + 3, PIPE]));

/** Closes its transport when the child has answered; resolves with the return code. */
class Closing extends SubprocessProtocol {
  readonly returncode: Promise<number | null>;
  #transport: SubprocessTransport | null = null;
  #resolve: (returncode: number | null) => void = () => undefined;

  constructor() {
    super();
    this.returncode = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  override connectionMade(transport: SubprocessTransport): void {
    this.#transport = transport;
    transport.getPipeTransport(0)?.write(Buffer.from('x'));
  }

  override pipeDataReceived(): void {
    this.#transport?.close();
  }

  override connectionLost(): void {
    this.#resolve(this.#transport?.getReturncode() ?? null);
  }
}

describe('close() of a running child', () => {
  it.each([
    ['node', nodeBackend],
    ['posix', posixBackend],
  ])('kills it before it sees the end of its input (%s backend)', async (_name, backend) => {
    const codes: (number | null)[] = [];
    for (let made = 0; made < CHILDREN; made += 1) {
      const options = { backend, stderr: DEVNULL, extraFds: EXTRA_PIPES };
      const [, protocol] = await subprocessExec(() => new Closing(), '/bin/cat', [], options);
      codes.push(await protocol.returncode);
    }
    expect(codes).toEqual(Array<number>(CHILDREN).fill(-9));
  });
});
