import { PIPE, createSubprocessShell } from '@subwire/process';
import { check } from '../check.js';

// #region run
export async function run(command: string): Promise<string[]> {
  const proc = await createSubprocessShell(command, { stdout: PIPE, stderr: PIPE });
  const [stdout, stderr] = await proc.communicate();

  const lines = [`['${command}' exited with ${proc.returncode}]`];
  if (stdout.length > 0) {
    lines.push('[stdout]', new TextDecoder().decode(stdout).trimEnd());
  }
  if (stderr.length > 0) {
    lines.push('[stderr]', new TextDecoder().decode(stderr).trimEnd());
  }
  return lines;
}
// #endregion run

/** GNU's ls says 2 for a missing operand, that of BSD and macOS says 1. */
export const missingFileCode: number = process.platform === 'linux' ? 2 : 1;

export async function main(): Promise<void> {
  const lines = await run('ls /zzz');
  console.log(lines.join('\n'));
  const [exited, label, message] = lines;
  check(lines.length === 3, 'there are three lines');
  check(exited === `['ls /zzz' exited with ${missingFileCode}]`, 'the return code is that of ls');
  check(label === '[stderr]' && message?.includes('/zzz') === true, 'the message of ls was captured');
}
