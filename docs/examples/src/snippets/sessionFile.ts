import { FakeBackend, recordBackend } from '@subwire/testing';
import { run } from '@subwire/process';

// A fake, so that the recording is the same every time.
const backend = new FakeBackend({ supports: { readInto: false } });
backend.expect('greet').run(async ({ stdin, stdout, sleep }) => {
  const name = await stdin.readAll();
  await sleep(20);
  await stdout.write(`hello ${Buffer.from(name).toString()}\n`);
  await stdout.write(Uint8Array.of(0, 255));
});
const recording = recordBackend(backend, { redact: [/ada/] });
const finished = run('greet', ['-v'], { backend: recording, input: 'ada', env: { LANG: 'C', API_TOKEN: '123' } });
await backend.clock.advance(20);
await finished;
const [header = '', ...events] = recording.session.toText().trimEnd().split('\n');
console.log([header.replace(/\{.*\}/, '{"backend":"fake","supports":{…}}'), ...events].join('\n'));
