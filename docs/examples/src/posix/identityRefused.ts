import { isSupported, posixBackend } from '@subwire/posix';
import { NotSupportedError, subprocessExec, SubprocessProtocol, type SubprocessExecOptions } from '@subwire/transport';

if (isSupported().ok) {
  // #region program
  async function failure(options: SubprocessExecOptions): Promise<string> {
    try {
      const all = { ...options, backend: posixBackend };
      await subprocessExec(() => new SubprocessProtocol(), 'true', [], all);
      return 'started';
    } catch (error) {
      return error instanceof NotSupportedError ? `${error.code} ${error.capability}` : String(error);
    }
  }

  console.log(await failure({ user: 1_000 }));
  console.log(await failure({ processGroup: 0 }));
  // #endregion program
}
