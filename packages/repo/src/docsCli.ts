import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkIndex, checkLinks } from './links.js';
import { readFiles } from './readSources.js';
import { checkSnippets, syncSnippets, type SnippetProblem } from './snippets.js';

const root = path.resolve(import.meta.dirname, '../../..');
const topLevel = readdirSync(root).filter((name) => name.endsWith('.md'));
const pages = new Map(readFiles(root, ['docs', 'packages'], ['.md']));
for (const name of topLevel) pages.set(name, readFileSync(path.join(root, name), 'utf8'));
const sources = readFiles(root, ['docs', 'packages'], ['.ts', '.js', '.mjs', '.json']);

function main(command: string | undefined): number {
  if (command === 'sync') {
    const problems = [...pages].flatMap(([file, page]) => {
      const result = syncSnippets(file, page, sources);
      if (result.text !== page) writeFileSync(path.join(root, file), result.text);
      return result.problems;
    });
    return report(problems);
  }
  if (command === 'check') {
    const snippets = [...pages].flatMap(([file, page]) => checkSnippets(file, page, sources));
    const links = checkLinks(pages, (file) => existsSync(path.join(root, file)));
    return report([...snippets, ...links, ...checkIndex(pages, 'docs/index.md')]);
  }
  console.error('usage: docsCli (check | sync)');
  return 2;
}

function report(problems: readonly SnippetProblem[]): number {
  for (const { file, line, message } of problems) console.error(`${file}:${line}: ${message}`);
  console.log(`${pages.size} pages, ${problems.length} problems`);
  return problems.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv[2]);
