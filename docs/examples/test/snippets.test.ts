import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const root = path.resolve(__dirname, '../../..');
const sourceFolder = 'docs/examples/src/snippets';
const programs = readdirSync(path.join(root, sourceFolder)).filter((name) => name.endsWith('.ts'));

const outputs = new Map<string, Promise<string>>();

/** What a program prints; it is run once. */
function outputOf(program: string): Promise<string> {
  const output = outputs.get(program) ?? runProgram(program);
  outputs.set(program, output);
  return output;
}

/** Runs the compiled program and returns what it printed; rejects unless it exits with 0. */
async function runProgram(program: string): Promise<string> {
  const compiled = path.join(root, 'docs/examples/dist/snippets', program.replace(/\.ts$/, '.js'));
  const { stdout } = await promisify(execFile)(process.execPath, [compiled], { timeout: 10_000 });
  return stdout.trimEnd();
}

interface PrintedOutput {
  readonly page: string;
  readonly program: string;
  readonly text: string;
}

/** The blocks of all pages that say which program printed them: `<!-- output: program.ts -->`, then a text block. */
function printedOutputs(): PrintedOutput[] {
  const pages = readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => path.posix.join('docs', name));
  return [...pages, 'README.md'].flatMap((page) => {
    // Blocks within longer fences are examples of Markdown.
    const text = readFileSync(path.join(root, page), 'utf8').replace(/^````[\s\S]*?^````$/gm, '');
    const blocks = text.matchAll(/^<!-- output: (\S+) -->\n\n```text\n([\s\S]*?)\n```$/gm);
    const printed = [...blocks].map(([, program = '', block = '']) => ({ page, program, text: block }));
    // A comment that the pattern above misses would be checked by nobody.
    expect(printed).toHaveLength(text.match(/^<!-- output:/gm)?.length ?? 0);
    return printed;
  });
}

describe('the programs that the pages show', () => {
  it.each(programs)('%s runs and exits with 0', async (program) => {
    await outputOf(program);
  });
});

describe('the outputs that the pages show', () => {
  it.each(printedOutputs())('$program prints what $page says', async ({ program, text }) => {
    expect(existsSync(path.join(root, sourceFolder, program))).toBe(true);
    expect(await outputOf(program)).toBe(text);
  });
});
