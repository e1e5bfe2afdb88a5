import { DEVNULL, subprocessExec, SubprocessProtocol } from '@subwire/transport';

// #region program
class Faulty extends SubprocessProtocol {
  override connectionMade(): void {
    throw new Error('a bug');
  }
  override processExited(): void {
    console.log('processExited');
  }
  override connectionLost(): void {
    console.log('connectionLost');
  }
}

await subprocessExec(() => new Faulty(), 'true', [], {
  stdin: DEVNULL,
  stdout: DEVNULL,
  stderr: DEVNULL,
  onCallbackError: (error) => {
    console.log(`${error.code}: ${error.message}`);
  },
});
console.log('created');
// #endregion program
