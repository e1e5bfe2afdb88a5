// #region program
import { subprocessExec, SubprocessProtocol, type SubprocessTransport } from '@subwire/transport';

class SortProtocol extends SubprocessProtocol {
  override connectionMade(transport: SubprocessTransport): void {
    const stdin = transport.getPipeTransport(0);
    stdin?.write(new TextEncoder().encode('pear\napple\nplum\n'));
    stdin?.writeEof();
  }

  override pipeDataReceived(fd: number, data: Uint8Array): void {
    console.log(`sort says on ${fd}:`);
    console.log(new TextDecoder().decode(data).trimEnd());
  }
}

await subprocessExec(() => new SortProtocol(), 'sort', [], { stderr: null });
// #endregion program
