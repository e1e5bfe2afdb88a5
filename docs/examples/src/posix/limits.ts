import { isSupported, posixBackend } from '@subwire/posix';
import { DEVNULL, STDOUT, subprocessExec, SubprocessProtocol, type SubprocessExecOptions } from '@subwire/transport';

class Output extends SubprocessProtocol {
  text = '';
  #finish: () => void = () => undefined;
  readonly finished: Promise<void> = new Promise((resolve) => (this.#finish = resolve));
  override pipeDataReceived(_fd: number, data: Uint8Array): void {
    this.text += new TextDecoder().decode(data);
  }
  override connectionLost(): void {
    this.#finish();
  }
}

async function report(what: string, script: string, options: SubprocessExecOptions): Promise<void> {
  const posix = { ...options, backend: posixBackend };
  const [transport, output] = await subprocessExec(() => new Output(), 'sh', ['-c', script], posix);
  await output.finished;
  console.log(`${what}: ${JSON.stringify(output.text.trim())}, return code ${transport.getReturncode()}`);
}

const quiet = { stdin: DEVNULL, stderr: DEVNULL };

if (isSupported().ok) {
  // #region program
  // Both outputs in one pipe, in the order in which they were written.
  await report('one pipe', 'echo a; echo b >&2; echo c', { stdin: DEVNULL, stderr: STDOUT });
  // The pipe can be opened again under its name.
  await report('/dev/stdout', 'echo hello > /dev/stdout || echo refused', quiet);
  // The child ends itself with a signal that has a name, and with a real-time signal.
  await report('SIGTERM', 'kill -15 $$', quiet);
  await report('signal 40', 'kill -40 $$', quiet);
  // #endregion program
}
