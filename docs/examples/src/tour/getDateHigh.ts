import { PIPE, createSubprocessExec } from '@subwire/process';
import { check } from '../check.js';

// #region getDate
export async function getDate(): Promise<string> {
  const code = 'console.log(new Date().toISOString())';
  const proc = await createSubprocessExec(process.execPath, ['-e', code], { stdout: PIPE });

  const line = await proc.stdout.readline();
  await proc.wait();
  return new TextDecoder().decode(line).trimEnd();
}
// #endregion getDate

export async function main(): Promise<void> {
  const date = await getDate();
  console.log(`Current date: ${date}`);
  check(!Number.isNaN(Date.parse(date)), 'the child printed a date');
}
