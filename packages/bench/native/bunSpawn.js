/**
 * Run by Bun, with a number of children and how many of them at a time: prints children per second.
 *
 * Each has three pipes, both outputs are captured to their end, and its exit is waited for, as in `src/spawnRate.ts`.
 * The same number before them only warms up.
 */
const { Bun, console, performance } = globalThis;

const [count, atOnce] = Bun.argv.slice(2).map(Number);

async function capture() {
  const child = Bun.spawn(['/bin/true'], { stdin: 'pipe', stdout: 'pipe', stderr: 'pipe' });
  await Promise.all([child.stdout.bytes(), child.stderr.bytes(), child.exited]);
}

async function rate() {
  const start = performance.now();
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await capture();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (count / (performance.now() - start)) * 1_000;
}

await rate();
console.log(await rate());
