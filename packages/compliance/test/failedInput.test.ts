/** An input whose pipe fails: whoever writes learns of it, and a part never passes for the whole. */
import { describe, expect, it } from '@jest/globals';
import { createSubprocessExec, DEVNULL, PIPE, run, type CommunicateInput } from '@subwire/process';
import { FakeBackend, RecordingProtocol, type FakeChild } from '@subwire/testing';
import { SubprocessError, subprocessExec } from '@subwire/transport';

const EIO = new SubprocessError('EIO', 'the pipe failed (EIO)');
const MUCH: Uint8Array = new Uint8Array(1_000_000);

/** A child that reads to the end of its input, and is content with whatever came. */
async function reading(child: FakeChild): Promise<void> {
  while ((await child.read()).length > 0);
  child.exit(0);
}

/** The fake backend with a child whose input fails once it has taken 200 bytes. */
function failing(error: Error = EIO): FakeBackend {
  const backend = new FakeBackend({ autoAdvance: true, capacityBytes: 100 });
  const expectation = backend.expect('tool').byHand();
  void expectation.child().then(async (child) => {
    await child.read(100);
    await child.read(100);
    child.failInput(error);
    await reading(child);
  });
  return backend;
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no error',
    (thrown: unknown) => (thrown as { code?: unknown }).code,
  );
}

async function* pieces(): AsyncGenerator<string> {
  for (let turn = 0; turn < 1_000; turn += 1) {
    yield await Promise.resolve('x'.repeat(50));
  }
}

describe('an input that fails', () => {
  it('is lost with the failure, and the child ends as any other', async () => {
    await using backend = failing();
    const [transport, protocol] = await subprocessExec(() => new RecordingProtocol(), 'tool', [], { backend });
    transport.getPipeTransport(0)?.write(MUCH);
    await protocol.lost;
    expect(protocol.log).toContain('lost:0:EIO');
    expect(protocol.log.at(-1)).toBe('lost');
    expect(transport.getReturncode()).toBe(0);
  });

  it('rejects the drains that wait and every waitClosed() with the failure, later drains with ConnectionResetError', async () => {
    await using backend = failing();
    const tool = await createSubprocessExec('tool', [], { backend, stdin: PIPE, stdout: DEVNULL });
    tool.stdin.write(MUCH);
    const waiting = [tool.stdin.drain(), tool.stdin.drain(), tool.stdin.waitClosed()].map(codeOf);
    expect(await Promise.all(waiting)).toEqual(['EIO', 'EIO', 'EIO']);
    expect(await codeOf(tool.stdin.drain())).toBe('ECONNRESET');
    expect(await codeOf(tool.stdin.waitClosed())).toBe('EIO');
    expect(await tool.wait()).toBe(0);
  });

  it('rejects the first drain() if none waited', async () => {
    await using backend = failing();
    const tool = await createSubprocessExec('tool', [], { backend, stdin: PIPE, stdout: DEVNULL });
    tool.stdin.write(MUCH);
    await tool.wait();
    expect(await codeOf(tool.stdin.drain())).toBe('EIO');
    expect(await codeOf(tool.stdin.drain())).toBe('ECONNRESET');
  });

  const inputs: readonly (readonly [string, () => CommunicateInput])[] = [
    ['bytes', () => MUCH],
    ['a text', () => 'x'.repeat(1_000_000)],
    ['pieces', () => Array.from({ length: 1_000 }, () => new Uint8Array(50))],
    ['pieces as they come', pieces],
  ];

  it.each(inputs)('rejects communicate() of %s, and run() of it', async (_, input) => {
    await using communicating = failing();
    const tool = await createSubprocessExec('tool', [], { backend: communicating, stdin: PIPE, stdout: PIPE });
    await expect(tool.communicate(input())).rejects.toBe(EIO);
    expect(await tool.wait()).toBe(0);
    await using running = failing();
    await expect(run('tool', [], { backend: running, input: input() })).rejects.toBe(EIO);
  });

  it.each(['EPIPE', 'ECONNRESET'])('does not reject them if it only says that the reader left (%s)', async (code) => {
    const left = Object.assign(new Error('left'), { code });
    await using communicating = failing(left);
    const tool = await createSubprocessExec('tool', [], { backend: communicating, stdin: PIPE, stdout: PIPE });
    await tool.communicate(MUCH);
    expect(tool.returncode).toBe(0);
    await using running = failing(left);
    expect((await run('tool', [], { backend: running, input: pieces() })).returncode).toBe(0);
  });
});
