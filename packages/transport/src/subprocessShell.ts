import type { SubprocessShellOptions } from './options/options.js';
import type { SubprocessProtocol } from './contract/protocols.js';
import { subprocessExec } from './subprocessExec.js';
import type { SubprocessTransport } from './contract/transports.js';
import { byteString } from './options/valueChecks.js';

/**
 * Runs a command line with the shell and connects a protocol to it.
 *
 * Nothing is quoted: whoever puts foreign text into the command quotes it first.
 * @param protocolFactory - As for `subprocessExec`.
 * @param command - Given to `/bin/sh -c` as it is (on Windows, untested: to `cmd.exe /d /s /c`).
 * @param options - As for `subprocessExec`; `executable` replaces the shell.
 * @returns as `subprocessExec`. The process is the shell: a signal reaches the shell, not what it runs.
 * @throws as `subprocessExec`. A command that does not exist is no error: the return code is 127.
 * @asyncio loop.subprocess_shell
 * Differs: options in an object; there is no loop.
 */
export async function subprocessShell<P extends SubprocessProtocol>(
  protocolFactory: () => P,
  command: string | Uint8Array,
  options: SubprocessShellOptions = {},
): Promise<readonly [transport: SubprocessTransport, protocol: P]> {
  const [shell, flags] = defaultShell();
  return subprocessExec(protocolFactory, shell, [...flags, byteString(command, 'command')], options);
}

function defaultShell(): readonly [shell: string, flags: readonly string[]] {
  if (process.platform === 'win32') {
    return [process.env['ComSpec'] ?? 'cmd.exe', ['/d', '/s', '/c']];
  }
  return ['/bin/sh', ['-c']];
}
