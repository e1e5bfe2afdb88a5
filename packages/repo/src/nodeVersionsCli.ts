import path from 'node:path';
import { fetchNode, nodePackage } from './nodeBinary.js';
import { forbiddenSkips } from './expectedSkips.js';
import { wantedRuns, type NodeRun } from './nodeVersions.js';
import { runSuite } from './suiteRun.js';

const root = path.resolve(import.meta.dirname, '../../..');
const cache = path.join(root, 'node_modules/.cache/node-versions');

/** One version: what to print of it at the end, and whether it failed. */
interface VersionResult {
  readonly line: string;
  readonly failed: boolean;
}

async function main(args: readonly string[]): Promise<number> {
  const runs = wantedRuns(args);
  if (runs === null) {
    console.error('usage: nodeVersionsCli [22 24.21 26.10.0 ...]');
    return 2;
  }
  const name = nodePackage(process.platform, process.arch);
  if (name === null) {
    console.log(`SKIPPED: there are no binaries of Node on npm for ${process.platform} ${process.arch}`);
    return 0;
  }
  const results: VersionResult[] = [];
  for (const run of runs) results.push(await check(name, run));
  console.log(`\n${results.map(({ line }) => line).join('\n')}`);
  return results.some(({ failed }) => failed) ? 1 : 0;
}

async function check(name: string, { version, tests }: NodeRun): Promise<VersionResult> {
  const fetched = await fetchNode(name, version, cache);
  if (fetched.kind !== 'there') {
    const failed = fetched.kind === 'unknown' || forbiddenSkips(root, [`test:nodes: Node ${version}`]).length > 0;
    return { line: `Node ${version}: ${failed ? '' : 'SKIPPED, '}${fetched.reason}`, failed };
  }
  console.log(
    `Node ${fetched.version} runs ${tests === 'all' ? 'all tests' : 'the lower layers and the compliance suite'}`,
  );
  const { passed, summary, output } = await runSuite(fetched.binary, root, tests);
  if (!passed) console.log(output);
  return { line: `Node ${fetched.version}: ${summary}`, failed: !passed };
}

process.exitCode = await main(process.argv.slice(2));
