import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { isSupported } from '@subwire/posix';

const root = path.resolve(__dirname, '../../..');
const programs = readdirSync(path.join(root, 'docs/examples/src/posix')).filter((name) => name.endsWith('.ts'));

async function outputOf(program: string): Promise<string> {
  const compiled = path.join(root, 'docs/examples/dist/posix', program.replace(/\.ts$/, '.js'));
  const { stdout } = await promisify(execFile)(process.execPath, [compiled], { timeout: 10_000 });
  return stdout.trimEnd();
}

/** The blocks of the pages about the posix backend that say what a program prints. */
function printed(): [program: string, page: string, text: string][] {
  return [
    'docs/explanation/posix-backend.md',
    'docs/how-to/choose-a-backend.md',
    'docs/how-to/join-two-children.md',
  ].flatMap((page) => {
    const text = readFileSync(path.join(root, page), 'utf8');
    const blocks = [...text.matchAll(/^<!-- prints: (\S+) -->\n\n```text\n([\s\S]*?)\n```$/gm)];
    expect(blocks).toHaveLength(text.match(/^<!-- prints:/gm)?.length ?? 0);
    return blocks.map(([, program = '', block = '']): [string, string, string] => [program, page, block]);
  });
}

describe('the programs that the pages about the posix backend show', () => {
  it.each(programs)('%s exits with 0', async (program) => {
    await outputOf(program);
  });

  const whereItWorks = isSupported().ok ? it : it.skip;

  whereItWorks.each(printed())('%s prints what %s says', async (program, _page, text) => {
    expect(programs).toContain(program);
    expect(await outputOf(program)).toBe(text);
  });
});
