import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { oraclePrograms } from './oracle/programs.js';
import { normalised, oracleCase, record, type OracleCase, type Recorded } from './oracle/recorded.js';

jest.setTimeout(60_000);

const hasPython = spawnSync('python3', ['-c', 'import asyncio']).status === 0;
const names = Object.keys(oraclePrograms);
const cases = Object.values(oraclePrograms).map(oracleCase);

/** Runs the programs under asyncio. */
async function underPython(programs: readonly OracleCase[]): Promise<Recorded[]> {
  const python = spawn('python3', [join(__dirname, 'oracle/record.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  python.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  python.stdin.end(JSON.stringify(programs));
  await new Promise((resolve) => python.on('close', resolve));
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Recorded[];
}

const title = 'under asyncio and under us the same callbacks come for';

// Where there is no python3 that is to be seen.
(hasPython ? describe : describe.skip)(`${title}${hasPython ? '' : ' [lacks python3]'}`, () => {
  let recorded: readonly Recorded[] = [];

  beforeAll(async () => {
    recorded = await underPython(cases);
  });

  it.each(names)('%s', async (name) => {
    const index = names.indexOf(name);
    const asyncio = recorded[index]!;
    expect(normalised(await record(cases[index]!))).toEqual(normalised(asyncio));
  });
});
