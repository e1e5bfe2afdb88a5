/** What stands at the descriptors of a child: F44, and uvloop's redirect tests. */
import { closeSync, openSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { DEVNULL, PIPE, STDOUT } from '../../src/contract/stdio.js';
import { bytes } from '../helpers/bytes.js';
import { exec, finish, node, openFds, ScratchDirectory, shell } from '../helpers/realChild.js';

const scratch = new ScratchDirectory();

afterAll(() => {
  scratch.remove();
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) {
    return [[]];
  }
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

describe('a child', () => {
  // test_stdin_stdout_file, test_stdin_stderr_file
  it('reads from and writes to files, by number, FileHandle or both outputs into one', async () => {
    writeFileSync(scratch.join('in'), 'input\n');
    const input = openSync(scratch.join('in'), 'r');
    const output = await open(scratch.join('out'), 'w');
    const child = await shell('cat; echo err >&2', { stdin: input, stdout: output, stderr: STDOUT });
    expect([0, 1, 2].map((fd) => child.transport.getPipeTransport(fd))).toEqual([null, null, null]);
    await child.protocol.lost;
    closeSync(input);
    await output.close();
    expect(readFileSync(scratch.join('out'), 'utf8')).toBe('input\nerr\n');
  });

  // test_process_streams_devnull
  it('reads nothing from DEVNULL, and writes into it, at every descriptor', async () => {
    const child = await shell('cat; echo gone >&2; echo gone >&3; echo kept', {
      stdin: DEVNULL,
      stderr: DEVNULL,
      extraFds: { 3: DEVNULL },
    });
    expect(await finish(child)).toEqual({ returncode: 0, stdout: 'kept\n', stderr: '' });
  });

  // test_process_streams_redirect
  it('inherits with null', async () => {
    const program = `
      import(${JSON.stringify(`${__dirname}/../../dist/index.js`)}).then(({ subprocessShell, SubprocessProtocol }) =>
        subprocessShell(() => new SubprocessProtocol(), 'cat; echo err >&2', { stdin: null, stdout: null, stderr: null }))`;
    const child = await node(program);
    child.protocol.stdin.write(bytes('in and out\n'));
    expect(await finish(child)).toEqual({ returncode: 0, stdout: 'in and out\n', stderr: 'err\n' });
  });

  it('has further outputs', async () => {
    const child = await shell('echo three >&3; echo five >&5; cat <&4 2>&1', {
      extraFds: { 3: PIPE, 5: PIPE, 4: DEVNULL },
    });
    await finish(child);
    expect([3, 5].map((fd) => child.protocol.text(fd))).toEqual(['three\n', 'five\n']);
    expect([...child.protocol.order].filter((line) => line.startsWith('lost:')).sort()).toEqual([
      'lost:0',
      'lost:1',
      'lost:2',
      'lost:3',
      'lost:5',
    ]);
  });

  // test_process_streams_pass_fds
  it('gets passed descriptors under their own numbers, and no other of ours', async () => {
    const [passed, kept] = [openSync('/dev/zero', 'r'), openSync('/dev/full', 'r')];
    const child = await shell('ls -l /proc/self/fd', { passFds: [passed] });
    const { stdout } = await finish(child);
    closeSync(passed);
    closeSync(kept);
    expect(stdout).toContain(` ${passed} -> /dev/zero`);
    expect(stdout).not.toContain('/dev/full');
  });

  // F44
  it('gets any permutation of five files at its descriptors 0 to 4', async () => {
    const before = openFds();
    const fds = [0, 1, 2, 3, 4].map((name) => openSync(scratch.join(`p${name}`), 'w+'));
    await Promise.all(
      permutations([0, 1, 2, 3, 4]).map(async (order) => {
        const at = (place: number): number => fds[order[place] ?? 0] ?? -1;
        const { protocol, transport } = await exec('sleep', ['60'], {
          stdin: at(0),
          stdout: at(1),
          stderr: at(2),
          extraFds: { 3: at(3), 4: at(4) },
        });
        const seen = order.map((_, place) => readlinkSync(`/proc/${transport.getPid()}/fd/${place}`));
        transport.kill();
        await protocol.lost;
        expect(seen).toEqual(order.map((name) => scratch.join(`p${name}`)));
      }),
    );
    fds.forEach((fd) => {
      closeSync(fd);
    });
    expect(openFds()).toBe(before);
  });

  it.each([
    [2, 1],
    [2, 2],
    [1, 1],
  ])('gets our own 1 and 2 swapped or doubled (%p, %p)', async (stdout, stderr) => {
    const names = ['out', 'err'];
    const program = `
      import(${JSON.stringify(`${__dirname}/../../dist/index.js`)}).then(({ subprocessShell, SubprocessProtocol }) =>
        subprocessShell(() => new SubprocessProtocol(), 'echo 1; echo 2 >&2', { stdout: ${stdout}, stderr: ${stderr} }))`;
    const outcome = await finish(await node(program));
    const [first, second] = [names[stdout - 1], names[stderr - 1]];
    const expected = { out: '', err: '' };
    expected[first as 'out'] += '1\n';
    expected[second as 'out'] += '2\n';
    expect(outcome).toEqual({ returncode: 0, stdout: expected.out, stderr: expected.err });
  });
});
