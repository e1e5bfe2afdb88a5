import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { nodeBackend, STDOUT, type SubprocessExecOptions } from '@subwire/transport';
import { FakeBackend } from '../../src/fake/fakeBackend.js';
import { recordBackend } from '../../src/record/recordBackend.js';
import { replayBackend } from '../../src/record/replayBackend.js';
import type { Session } from '../../src/record/session.js';
import { loadSession, saveSession } from '../../src/record/sessionFile.js';
import { parseSession } from '../../src/record/sessionText.js';
import type { RecordingProtocol } from '../../src/protocols/recordingProtocol.js';
import { bytes, failureOf, start, type Started } from '../helpers/started.js';

const node = process.execPath;
const directory = mkdtempSync(path.join(tmpdir(), 'subwire-record-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

interface Scenario {
  readonly title: string;
  readonly args: readonly string[];
  readonly program?: string;
  readonly options?: SubprocessExecOptions;
  readonly drive?: (started: Started) => Promise<void> | void;
}

const scenarios: readonly Scenario[] = [
  {
    title: 'a dialogue with cat',
    program: 'cat',
    args: [],
    async drive({ stdin, protocol }) {
      for (const line of ['one\n', 'zwölf\n', 'three\n']) {
        stdin.write(bytes(line));
        await protocol.until(() => protocol.text(1).endsWith(line));
      }
      stdin.close();
    },
  },
  { title: 'exit codes and stderr', args: ['-e', 'console.log("out"); console.error("err"); process.exit(7)'] },
  { title: 'both outputs in one pipe', program: 'sh', args: ['-c', 'echo a; echo b >&2'], options: { stderr: STDOUT } },
  { title: 'bytes that are no text', args: ['-e', 'process.stdout.write(Buffer.from([0, 255, 10, 128]))'] },
  {
    title: 'a signal',
    args: ['-e', 'console.log("ready"); setInterval(() => {}, 1e6)'],
    async drive({ transport, protocol }) {
      await protocol.until('data:1');
      transport.terminate();
    },
  },
  {
    title: 'a signal that is handled, and one that is not',
    args: ['-e', 'process.on("SIGTERM", () => console.log("no")); console.log("yes"); setInterval(() => {}, 1e6)'],
    async drive({ transport, protocol }) {
      await protocol.until('data:1:yes');
      transport.terminate();
      await protocol.until('data:1:no');
      transport.kill();
    },
  },
  {
    title: 'an input that nobody reads',
    args: ['-e', 'require("fs").closeSync(0); console.log("deaf"); setTimeout(() => {}, 200)'],
    async drive({ stdin, protocol }) {
      await protocol.until('lost:0');
      stdin.write(bytes('x'));
    },
  },
  {
    title: 'an exit before the end of the output',
    program: 'sh',
    args: ['-c', '(sleep 0.2; echo late) & echo early'],
    drive: ({ stdin }) => {
      stdin.close();
    },
  },
  {
    title: 'much input, with back-pressure',
    program: 'sh',
    args: ['-c', 'sleep 0.1; wc -c'],
    drive({ stdin }) {
      stdin.write(new Uint8Array(400_000));
      stdin.close();
    },
  },
];

async function play(scenario: Scenario, backend: Parameters<typeof start>[0]): Promise<RecordingProtocol> {
  const started = await start(backend, scenario.program ?? node, scenario.args, scenario.options);
  await scenario.drive?.(started);
  await started.protocol.lost;
  expect(started.strict.violations).toEqual([]);
  return started.protocol;
}

describe('a session of the node backend', () => {
  it.each(scenarios)('replayed, has the same callbacks: $title', async (scenario) => {
    const recording = recordBackend(nodeBackend);
    const real = await play(scenario, recording);
    const file = path.join(directory, 'session');
    await saveSession(file, recording.session);
    const session = await loadSession(file);
    expect(session.toText() === recording.session.toText()).toBe(true);
    for (const speed of ['fast', 'virtual', 'real'] as const) {
      await using replay = replayBackend(session, { speed });
      const replayed = await play(scenario, replay);
      expect(replayed.normalizedLog).toEqual(real.normalizedLog);
      replay.assertComplete();
    }
  });

  it('replayed, fails to start in the same way', async () => {
    const recording = recordBackend(nodeBackend);
    const real = await failureOf(() => start(recording, 'no-such-program-here', ['x']));
    const replay = replayBackend(parseSession(recording.session.toText()));
    const replayed = await failureOf(() => start(replay, 'no-such-program-here', ['x']));
    expect({ ...replayed }).toEqual({ ...real });
    expect(replayed.message).toBe(real.message);
    replay.assertComplete();
  });

  it('is text that people can read', async () => {
    const recording = recordBackend(nodeBackend, { clock: { now: () => 0 } });
    const { stdin, protocol } = await start(recording, 'cat', [], { env: { LANG: 'C' } });
    stdin.write(bytes('zwölf\n'));
    await protocol.until('data:1');
    stdin.close();
    await protocol.lost;
    const [header, ...lines] = recording.session.toText().trimEnd().split('\n');
    expect(header).toMatch(/^subwire-session 2 \{"backend":"node","supports":\{/);
    expect(lines.slice(0, 5)).toEqual([
      '0 #1 request {"program":"cat","args":[],"stdio":{"0":"pipe","1":"pipe","2":"pipe"},"env":{"LANG":"C"}}',
      '0 #1 started true',
      '0 #1 write "zwölf\\n"',
      '0 #1 data 1, "zwölf\\n"',
      '0 #1 end',
    ]);
    expect(lines).toContain('0 #1 exit {"returncode":0}');
  });
});

describe('a session of the fake backend', () => {
  it('keeps loss, errors of pipes, refused signals, and flow control', async () => {
    const backend = new FakeBackend({ capacityBytes: 4 });
    backend.expect('prog').byHand();
    const recording = recordBackend(backend);
    const { stdin, protocol, transport } = await start(recording);
    const [child] = backend.children;
    stdin.write(bytes('sixteen bytes...'));
    await child?.read();
    child?.refuseSignals();
    expect(await failureOf(() => transport.terminate())).toMatchObject({ code: 'EPERM' });
    child?.failOutput(2, Object.assign(new Error('broken'), { code: 'EIO' }));
    await backend.settle();
    child?.lose();
    await protocol.lost;
    const text = recording.session.toText();
    expect(text).toContain('signal "SIGTERM", "process", {"name":"SubprocessError","code":"EPERM"');
    expect(text).toContain('closed 2, {"name":"Error","code":"EIO","message":"broken"}');

    const replay = replayBackend(parseSession(text));
    const again = await start(replay);
    again.stdin.write(bytes('sixteen '));
    again.stdin.write(bytes('bytes...'));
    expect(await failureOf(() => again.transport.terminate())).toMatchObject({ code: 'EPERM' });
    await again.protocol.lost;
    expect(again.protocol.normalizedLog).toEqual(protocol.normalizedLog);
    replay.assertComplete();
    await backend.dispose();
  });

  it('takes what a buffered protocol read into its own memory', async () => {
    const backend = new FakeBackend();
    backend.expect('prog').reply({ stdout: 'straight into memory' });
    const recording = recordBackend(backend);
    const memory = new Uint8Array(8);
    const { subprocessExec, SubprocessProtocol } = await import('@subwire/transport');
    await subprocessExec(
      () => Object.assign(new SubprocessProtocol(), { getBuffer: () => memory, bufferUpdated: () => undefined }),
      'prog',
      [],
      { backend: recording },
    );
    await backend.settle();
    const text = recording.session.toText();
    expect(text).toContain('data 1, "straight"');
    expect(text).toContain('data 1, "mory"');
  });
});

describe('redaction', () => {
  async function recorded(): Promise<Session> {
    const backend = new FakeBackend({ chunking: [6] });
    backend.expect('login').run(async ({ stdout, stdin }) => {
      await stdout.write('password: ');
      await stdin.read();
      await stdout.write('your token is tok-12345, keep it\n');
    });
    const recording = recordBackend(backend, { redactEnv: ['USER'], redact: [/tok-\d+/, 'hunter2', /\/tmp\/\w+/] });
    const env = { USER: 'ada', API_TOKEN: 'x1', LANG: 'C', DIR: '/tmp/a1/b' };
    const { stdin, protocol } = await start(recording, 'login', ['--dir', '/tmp/a1/b'], { env });
    await protocol.until(() => protocol.text(1).endsWith(': '));
    stdin.write(bytes('hunter'));
    stdin.write(bytes('2\n'));
    await protocol.lost;
    return recording.session;
  }

  it('leaves out variables, arguments and stretches of streams, also across chunks', async () => {
    const text = (await recorded()).toText();
    for (const secret of ['ada', 'x1', 'a1', 'tok-', '12345', 'hunter']) {
      expect(text).not.toContain(secret);
    }
    expect(text).toContain('"env":{"USER":"[redacted]","API_TOKEN":"[redacted]","LANG":"C","DIR":"[redacted]/b"}');
    expect(text).toContain('"args":["--dir","[redacted]/b"]');
    expect(text).toContain('write {"redacted":6}');
    expect(text).toContain('write [{"redacted":1},"\\n"]');
  });

  it('matches anything when it is replayed, and keeps the length of output', async () => {
    const session = parseSession((await recorded()).toText());
    const replay = replayBackend(session);
    const env = { USER: 'grace', API_TOKEN: '', LANG: 'C', DIR: '/home/grace/b' };
    const { stdin, protocol } = await start(replay, 'login', ['--dir', '/var/b'], { env });
    await protocol.until(() => protocol.text(1).endsWith(': '));
    stdin.write(bytes('correct horse battery staple\n'));
    await protocol.lost;
    expect(protocol.text(1)).toBe('password: your token is *********, keep it\n');
    replay.assertComplete();
  });

  it('refuses a pattern that would match everywhere', () => {
    expect(() => recordBackend(nodeBackend, { redact: [/x*/] })).toThrow('matches nothing');
  });
});

describe('a file that is no session', () => {
  it.each([
    ['', 'line 1: this is no session'],
    ['subwire-session 3 {}', 'line 1: version 3 of sessions is not known'],
    ['subwire-session 2 {', 'line 1: '],
    ['subwire-session 2 {}\n\n// a remark\nnonsense', 'line 4: this is no event: nonsense'],
    ['subwire-session 2 {}\n0 #1 toString', 'line 2: this is no event'],
    ['subwire-session 2 {}\n0 #1 exit', 'line 2: exit has 1 value(s), not 0'],
    ['subwire-session 2 {}\n0 #1 exit {', 'line 2: '],
  ])('is refused with its line: %j', (text, message) => {
    expect(() => parseSession(text)).toThrow(message);
  });

  it('is read with the line ends of any system', () => {
    const session = parseSession('subwire-session 2 {"backend":"x","supports":{}}\r\n1.5 #2 data 1, "a\\r\\n"\r\n');
    expect(session.events).toEqual([{ at: 1.5, child: 2, kind: 'data', fd: 1, payload: [bytes('a\r\n')] }]);
  });

  it('cannot be found', async () => {
    await expect(loadSession(path.join(directory, 'missing'))).rejects.toThrow('ENOENT');
    expect(() => readFileSync(path.join(directory, 'missing'))).toThrow();
  });
});
