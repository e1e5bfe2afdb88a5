// #region program
import { DEVNULL, subprocessExec, SubprocessProtocol, type SubprocessTransport } from '@subwire/transport';

class SortProtocol extends SubprocessProtocol {
  #transport: SubprocessTransport | null = null;

  override connectionMade(transport: SubprocessTransport): void {
    this.#transport = transport;
    console.log('sort runs');
  }

  override processExited(): void {
    console.log('sort has ended with', this.#transport?.getReturncode());
  }

  override connectionLost(): void {
    console.log('nothing of it is left');
  }
}

const options = { stdin: DEVNULL, stdout: DEVNULL, stderr: null };
await subprocessExec(() => new SortProtocol(), 'sort', [], options);
// #endregion program
