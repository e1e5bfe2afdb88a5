/** The C program that tells what this machine can do at best: compiled when it is needed, kept by the hash of its source. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { posixBackend } from '@subwire/posix';
import { run } from '@subwire/process';
import { SpawnError } from '@subwire/transport';
import { cacheFolder } from './cacheFolder.js';
import { measuredBy } from './measuringProgram.js';

/** Runs one of its modes, which `native/ceiling.c` describes, and returns the figure. */
export type Ceiling = (...args: readonly (string | number)[]) => Promise<number>;

const SOURCE = fileURLToPath(new URL('../native/ceiling.c', import.meta.url));
const COMPILERS = ['cc', 'gcc', 'clang'] as const;
const FLAGS = ['-O2', '-Wall', '-pthread'] as const;

/** Returns the program, or says why there is none and returns `null`. */
export async function compileCeiling(): Promise<Ceiling | null> {
  const hash = createHash('sha256').update(FLAGS.join(' ')).update(readFileSync(SOURCE)).digest('hex').slice(0, 16);
  const file = path.join(cacheFolder(), `ceiling-${process.arch}-${hash}`);
  const problem = existsSync(file) ? null : await compile(file);
  if (problem !== null) {
    console.log(`no comparison with C: ${problem}`);
    return null;
  }
  return (...args) => measuredBy(file, args);
}

/** Takes the first compiler that is there; returns what is wrong, if anything is. */
async function compile(file: string): Promise<string | null> {
  const unfinished = `${file}.${process.pid}`;
  for (const compiler of COMPILERS) {
    try {
      const args = [...FLAGS, '-o', unfinished, SOURCE];
      const { returncode, stderr } = await run(compiler, args, { encoding: 'utf8', backend: posixBackend });
      if (returncode === 0) {
        renameSync(unfinished, file);
        return null;
      }
      rmSync(unfinished, { force: true });
      return `${compiler} cannot compile it\n${stderr.trimEnd()}`;
    } catch (thrown) {
      if (!(thrown instanceof SpawnError && thrown.code === 'ENOENT')) {
        throw thrown;
      }
    }
  }
  return `there is no compiler (${COMPILERS.join(', ')})`;
}
