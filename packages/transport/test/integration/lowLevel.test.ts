/** Real children through the low level: CPython's test_events SubprocessTestsMixin and uvloop's test_process. */
import { describe, expect, it } from '@jest/globals';
import { DEVNULL, STDOUT } from '../../src/contract/stdio.js';
import { subprocessExec } from '../../src/subprocessExec.js';
import { bytes, pattern } from '../helpers/bytes.js';
import { exec, exists, finish, node, shell } from '../helpers/realChild.js';
import { RecordingProtocol } from '../helpers/recordingProtocol.js';

describe('talking to a child', () => {
  // test_subprocess_exec
  it('echoes what is written to it; close() kills it', async () => {
    const { protocol, transport } = await exec('cat');
    protocol.stdin.write(bytes('Python The Winner'));
    await protocol.untilText(1, 'Python The Winner');
    transport.close();
    await protocol.lost;
    expect(transport.getReturncode()).toBe(-9);
    expect(exists(transport.getPid() ?? 0)).toBe(false); // test_close_gets_process_closed: reaped
  });

  // test_subprocess_interactive
  it('goes on for several rounds', async () => {
    const { protocol, transport } = await exec('cat');
    for (const word of ['Python', ' The', ' Winner']) {
      protocol.stdin.write(bytes(word));
      await protocol.untilText(1, word);
    }
    expect(protocol.text(1)).toBe('Python The Winner');
    await finish({ protocol, transport });
    expect(transport.getReturncode()).toBe(0);
  });

  // test_subprocess_shell
  it('runs a command line; all three pipes are lost', async () => {
    const child = await shell('echo Python');
    expect(await finish(child)).toEqual({ returncode: 0, stdout: 'Python\n', stderr: '' });
    expect([...child.protocol.order].sort()).toEqual([
      'data:1',
      'exited',
      'lost',
      'lost:0',
      'lost:1',
      'lost:2',
      'made',
    ]);
    expect(child.transport.isClosing()).toBe(true);
  });

  // test_subprocess_stderr
  it('keeps the two outputs apart', async () => {
    const child = await shell('cat | tee /dev/fd/3 3>&1 >&2 | sed s/^/OUT:/');
    child.protocol.stdin.write(bytes('test'));
    expect(await finish(child)).toEqual({ returncode: 0, stdout: 'OUT:test', stderr: 'test' });
  });

  // test_process_streams_basic_1, test_process_send_signal_1
  it('has lines in both directions and a signal between them', async () => {
    const { protocol, transport } = await node(`
      process.on('SIGUSR1', () => { console.log('usr1'); process.exit(11); });
      process.stdin.on('data', (d) => console.log('got ' + d));
      console.log('ready');`);
    await protocol.untilText(1, 'ready\n');
    expect(transport.getReturncode()).toBeNull();
    protocol.stdin.write(bytes('foobar'));
    await protocol.untilText(1, 'got foobar\n');
    transport.sendSignal('SIGUSR1');
    await protocol.lost;
    expect(protocol.text(1)).toBe('ready\ngot foobar\nusr1\n');
    expect(transport.getReturncode()).toBe(11);
  });

  // test_process_pid_1
  it('knows its pid', async () => {
    const child = await shell('echo $$');
    expect((await finish(child)).stdout).toBe(`${child.transport.getPid()}\n`);
  });

  // test_subprocess_exitcode, test_subprocess_close_after_finish
  it('has no pipes where none were asked for; close() after the end is harmless', async () => {
    const { protocol, transport } = await shell('exit 7', { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL });
    expect([0, 1, 2].map((fd) => transport.getPipeTransport(fd))).toEqual([null, null, null]);
    await protocol.lost;
    expect(protocol.lines).toEqual(['made', 'exited', 'lost']);
    expect(transport.getReturncode()).toBe(7);
    transport.close();
    expect(protocol.lines).toEqual(['made', 'exited', 'lost']);
  });

  // test_subprocess_stderr_redirect_to_stdout, test_process_streams_stderr_to_stdout
  it('has both outputs in order on one pipe with stderr STDOUT', async () => {
    const child = await shell('i=0; while [ $i -lt 50 ]; do echo o$i; echo e$i >&2; i=$((i+1)); done', {
      stderr: STDOUT,
    });
    expect(child.transport.getPipeTransport(2)).toBeNull();
    const { stdout } = await finish(child);
    expect(stdout).toBe(Array.from({ length: 50 }, (_, i) => `o${i}\ne${i}\n`).join(''));
    expect(child.protocol.lines.some((line) => /^(data|lost):2/.test(line))).toBe(false);
  });

  // test_subprocess_close_client_stream, F28
  it('fails in the child when we closed the reading end', async () => {
    const { protocol, transport } = await shell(
      'trap "" PIPE; read x; until ! echo data 2>/dev/null; do :; done; echo broken >&2; read x',
    );
    transport.getPipeTransport(1)?.close();
    await protocol.until(() => protocol.lines.includes('lost:1'));
    expect(protocol.lines).toEqual(['made', 'lost:1']);
    protocol.stdin.write(bytes('\n'));
    await protocol.untilText(2, 'broken');
    transport.close();
    await protocol.lost;
    expect(transport.getReturncode()).toBe(-9);
  });

  // test_process_env_1, _2
  it('gets exactly the environment that was given', async () => {
    expect(await finish(await exec('/usr/bin/env', [], { env: { A: '1', B: 'x=y', C: undefined } }))).toMatchObject({
      stdout: 'A=1\nB=x=y\n',
    });
    expect(await finish(await exec('env', [], { env: {} }))).toMatchObject({ returncode: 0, stdout: '' });
  });

  // test_process_cwd_1
  it('starts in the directory that was given', async () => {
    expect((await finish(await exec('/bin/pwd', [], { cwd: '/usr' }))).stdout).toBe('/usr\n');
  });

  // test_process_delayed_stdio__*
  it.each([true, false])(
    'is told completely although it ended before we looked (paused at first: %p)',
    async (paused) => {
      const protocol = new RecordingProtocol();
      protocol.hooks.set('made', () => {
        if (paused) {
          for (const fd of [1, 2]) {
            const output = protocol.transport.getPipeTransport(fd);
            if (output !== null && 'pauseReading' in output) {
              output.pauseReading();
              setTimeout(() => {
                output.resumeReading();
              }, 50);
            }
          }
        }
      });
      const creation = subprocessExec(() => protocol, '/bin/sh', ['-c', 'printf 1']);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
      const [transport] = await creation;
      await protocol.lost;
      expect([...protocol.lines].sort()).toEqual(['data:1:1', 'exited', 'lost', 'lost:0', 'lost:1', 'lost:2', 'made']);
      expect(transport.getReturncode()).toBe(0);
    },
  );
});

describe('much data', () => {
  // test_communicate_large_stdout_65536 / 65537 / 1000000, test_write_huge_stdin_*
  it.each([8_192, 8_193, 65_536, 65_537, 219_263, 219_264, 1_000_000])(
    'of %d bytes comes back whole',
    async (length) => {
      const child = await exec('cat');
      child.protocol.stdin.write(pattern(length));
      await finish(child);
      expect(Buffer.compare(child.protocol.data(1), pattern(length))).toBe(0);
    },
  );

  it('reaches the child although the input stays open', async () => {
    const { protocol, transport } = await exec('head', ['-c', '219264']);
    protocol.stdin.write(pattern(219_264));
    await protocol.lost;
    expect(protocol.data(1)).toHaveLength(219_264);
    expect(transport.getReturncode()).toBe(0);
  });

  // F20
  it('may fill all pipes at the same time', async () => {
    const child = await shell('head -c 1048576 /dev/zero; head -c 1048576 /dev/zero >&2; wc -c');
    child.protocol.stdin.write(new Uint8Array(1_048_576));
    const { stdout, stderr } = await finish(child);
    expect([stdout.length, stdout.slice(-8), stderr.length]).toEqual([1_048_576 + 8, '1048576\n', 1_048_576]);
  });
});
