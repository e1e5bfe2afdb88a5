/** Prints where children stand whose directory was left, renamed, removed or shut right after their spawn. */
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import console from 'node:console';
import process from 'node:process';
import { run } from './common.mjs';

const CHILDREN = 200;

const root = realpathSync(mkdtempSync(join(tmpdir(), 'subwire-')));
for (const name of ['here', 'here/inner', 'there', 'there/inner', 'old', 'gone', 'shut']) mkdirSync(join(root, name));

async function inside(name, leave, command, options) {
  process.chdir(join(root, name));
  const child = run(...command, options);
  leave();
  const [, text] = await child;
  return text.trim();
}

async function whereIs(name, leave, options) {
  return relative(root, await inside(name, leave, ['/bin/sh', ['-c', 'pwd -P']], options));
}

const toThere = () => process.chdir(join(root, 'there'));
const plain = new Set();
const inner = new Set();
for (let left = CHILDREN; left > 0; left -= 1) {
  plain.add(await whereIs('here', toThere));
  inner.add(await whereIs('here', toThere, { cwd: 'inner' }));
}
console.log('left:', ...plain);
console.log('left, a relative path:', ...inner);

const waiting = Array.from({ length: CHILDREN }, (_, index) =>
  whereIs(['here', 'there'][index % 2], () => process.chdir(root), index % 3 === 0 ? { cwd: 'inner' } : {}),
);
const places = await Promise.all(waiting);
const wanted = places.map((_, index) => ['here', 'there'][index % 2] + (index % 3 === 0 ? '/inner' : ''));
console.log('left while waiting:', places.join() === wanted.join());

// It may have printed the name before, so it prints the number, which stays.
const { ino } = statSync(join(root, 'old'));
const rename = () => renameSync(join(root, 'old'), join(root, 'new'));
console.log('renamed:', (await inside('old', rename, ['ls', ['-di', '.']])) === `${ino} .`);
console.log('removed:', await inside('gone', () => rmdirSync(join(root, 'gone')), ['echo', ['started']]));

// The superuser may enter every directory, so for a while it is somebody else.
const superuser = process.geteuid() === 0;
process.chdir(join(root, 'shut'));
chmodSync('.', 0);
if (superuser) process.seteuid(65_534);
const [, text] = await run('/bin/echo', ['started']);
console.log('not to be entered:', text.trim());
if (superuser) process.seteuid(0);
process.chdir(root);
chmodSync(join(root, 'shut'), 0o700);
rmSync(root, { recursive: true });
