// #region program
import { DEVNULL, subprocessExec, SubprocessProtocol } from '@subwire/transport';

class DateProtocol extends SubprocessProtocol {
  output = '';
  finish: () => void = () => undefined;
  readonly finished = new Promise<void>((resolve) => (this.finish = resolve));

  override pipeDataReceived(_fd: number, data: Uint8Array): void {
    this.output += new TextDecoder().decode(data);
  }

  override connectionLost(): void {
    this.finish();
  }
}

const options = { stdin: DEVNULL, stderr: null }; // stdout is a pipe by default
const [transport, protocol] = await subprocessExec(() => new DateProtocol(), 'date', ['-u'], options);
await protocol.finished;
console.log(protocol.output.trim(), '- return code', transport.getReturncode());
// #endregion program

if (!/\d\d:\d\d/.test(protocol.output) || transport.getReturncode() !== 0) {
  throw new Error('date said something else');
}
