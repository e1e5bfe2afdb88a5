import { posixBackend } from '@subwire/posix';
import { run } from '@subwire/process';

/**
 * Runs a program that measures something itself and prints one number.
 *
 * It is started with the posix backend: `node:child_process` would fork this process, which what is measured next pays for.
 * @throws {CalledProcessError} (rejects) if it fails; the message has what it wrote to its errors.
 */
export async function measuredBy(program: string, args: readonly (string | number)[]): Promise<number> {
  const options = { encoding: 'utf8', check: true, backend: posixBackend } as const;
  const { stdout } = await run(program, args.map(String), options);
  const figure = Number(stdout);
  if (!(figure > 0)) {
    throw new Error(`${program} printed ${JSON.stringify(stdout)} instead of a figure`);
  }
  return figure;
}
