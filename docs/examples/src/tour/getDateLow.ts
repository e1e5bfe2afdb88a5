import { subprocessExec } from '@subwire/transport';
import { check } from '../check.js';
import { DateProtocol } from './dateProtocol.js';

// #region getDate
export async function getDate(): Promise<string> {
  const code = 'console.log(new Date().toISOString())';
  const [, protocol] = await subprocessExec(() => new DateProtocol(), process.execPath, ['-e', code], {
    stdin: null,
    stderr: null,
  });
  return protocol.date;
}
// #endregion getDate

export async function main(): Promise<void> {
  const date = await getDate();
  console.log(`Current date: ${date}`);
  check(!Number.isNaN(Date.parse(date)), 'the child printed a date');
}
