/** What the tests of an MCP client look like without a mock of `child_process`; see docs/explanation/testing-without-mocks.md. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { FakeBackend, type FakeBackendOptions, type FakeProgram } from '@subwire/testing';
import { StdioClient } from '../src/proof/stdioClient.js';

// #region setUp
let backend: FakeBackend;
let messages: unknown[];

async function connect(server: FakeProgram, options: FakeBackendOptions = {}): Promise<StdioClient> {
  backend = new FakeBackend({ autoAdvance: true, ...options });
  backend.expect({ program: 'server', args: ['--stdio'], env: { TOKEN: 'x' } }).run(server);
  messages = [];
  const onMessage = (message: unknown): void => void messages.push(message);
  return StdioClient.start('server', ['--stdio'], { backend, env: { TOKEN: 'x' }, onMessage });
}

/** Answers every request with its own text. */
const echo: FakeProgram = async ({ stdin, stdout }) => {
  for await (const chunk of stdin) {
    await stdout.write(chunk);
  }
};

afterEach(() => backend.finish());
// #endregion setUp

describe('what the mock could say too', () => {
  // #region same
  it('starts the server with its arguments and variables, and sends a line for a message', async () => {
    const client = await connect(echo);
    await client.send({ jsonrpc: '2.0', id: 1, method: 'ping' });
    expect(await client.close()).toBe(0);
    expect(backend.children[0]?.receivedText).toBe('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
    expect(messages).toEqual([{ jsonrpc: '2.0', id: 1, method: 'ping' }]);
  });
  // #endregion same
});

describe('what the mock could not say', () => {
  // #region more
  it('puts messages together, wherever they and their letters were cut', async () => {
    for (const chunking of ['bytes', 'coalesced', 'codePoints', [3, 1, 7]] as const) {
      const client = await connect(echo, { chunking, capacityBytes: 9 });
      await client.send({ text: 'naïve 😀' });
      await client.send({ text: 'second' });
      await client.close();
      await client.finished;
      expect(messages).toEqual([{ text: 'naïve 😀' }, { text: 'second' }]);
    }
  });

  it('rejects what it could not send because the server died meanwhile', async () => {
    const client = await connect(async ({ sleep, die }) => {
      await sleep(10); // reads nothing, and the pipe is full
      return die('SIGSEGV');
    });
    await expect(client.send({ text: 'x'.repeat(1_000_000) })).rejects.toMatchObject({ code: 'EPIPE' });
    expect(await client.close()).toBe(-11);
  });

  it('ends in three steps a server that ignores the end of its input and SIGTERM', async () => {
    const client = await connect(({ on, forever }) => {
      on('SIGTERM', 'ignore');
      return forever();
    });
    expect(await client.close()).toBe(-9);
    expect(backend.clock.now()).toBe(4_000);
    expect(backend.children[0]?.receivedSignals).toEqual(['SIGTERM', 'SIGCONT', 'SIGKILL']);
  });

  it('closes at the exit, though a descendant of the server holds the output', async () => {
    const client = await connect(async ({ stdin, hold }) => {
      hold([1]);
      await stdin.readAll();
    });
    expect(await client.close()).toBe(0);
    let finished = false;
    void client.finished.then(() => (finished = true));
    await backend.settle();
    expect(finished).toBe(false);
    backend.children[0]?.releaseHolders();
    await client.finished;
  });
  // #endregion more
});
