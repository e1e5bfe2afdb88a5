import { deepEqual, equal, ok } from 'node:assert/strict';
import type { RequirementTable } from '../complianceCase.js';
import { Recorder } from '../recorder.js';
import { patternBytes, step } from '../step.js';

const MIB = 2 ** 20;

/** Whose memory it is. */
export const ownership: RequirementTable = {
  'ownership.written-bytes': {
    behavior: 'Bytes that are changed after write() reach the child as they were',
    source: 'decision 11',
    async run(c) {
      const child = await c.start([step.cat()]);
      const data = patternBytes(2 * MIB);
      child.stdin.write(data);
      data.fill(0xff);
      child.stdin.close();
      await child.ended();
      ok(Buffer.from(patternBytes(2 * MIB)).equals(child.bytes(1)));
    },
  },
  'ownership.written-lines': {
    behavior: 'Bytes that are changed after writelines() reach the child as they were',
    source: 'decision 11',
    async run(c) {
      const child = await c.start([step.cat()]);
      const parts = [patternBytes(MIB), patternBytes(MIB)];
      child.stdin.writelines(parts);
      parts.forEach((part) => part.fill(0xff));
      child.stdin.close();
      await child.ended();
      ok(Buffer.concat([patternBytes(MIB), patternBytes(MIB)]).equals(child.bytes(1)));
    },
  },
  'ownership.written-view': {
    behavior: 'A view is written by its own range of bytes',
    source: 'gh-135862',
    async run(c) {
      const child = await c.start([step.cat()]);
      child.stdin.write(Uint8Array.from(Buffer.from('xxinsidexx')).subarray(2, 8));
      child.stdin.close();
      await child.ended();
      equal(child.text(1), 'inside');
    },
  },
  'ownership.kept-chunks': {
    behavior: 'A chunk that is kept does not change when later ones arrive',
    source: 'childHandle rule 6',
    async run(c) {
      const recorder = new Recorder();
      const copies: Buffer[] = [];
      recorder.on('data:1', () => {
        copies.push(Buffer.from(recorder.chunks.get(1)?.at(-1) ?? []));
      });
      const child = await c.startWith(recorder, [step.pattern(MIB)]);
      await child.ended();
      const kept = child.chunks.get(1) ?? [];
      ok(copies.length > 1);
      ok(copies.every((copy, index) => copy.equals(kept[index] ?? new Uint8Array(0))));
    },
  },
  'ownership.spoiled-chunks': {
    behavior: 'A receiver may overwrite a chunk without spoiling later ones',
    source: 'childHandle rule 6',
    async run(c) {
      const recorder = new Recorder();
      const copies: Buffer[] = [];
      recorder.on('data:1', () => {
        const chunk = recorder.chunks.get(1)?.at(-1) ?? new Uint8Array(0);
        copies.push(Buffer.from(chunk));
        chunk.fill(0xff);
      });
      const child = await c.startWith(recorder, [step.pattern(MIB)]);
      await child.ended();
      ok(Buffer.concat(copies).equals(patternBytes(MIB)));
    },
  },
  'ownership.whole-chunks': {
    behavior: 'The ArrayBuffer of a chunk holds the bytes of that chunk and no others',
    source: 'childHandle rule 6',
    async run(c) {
      const child = await c.start([
        step.write('tiny'),
        step.pattern(MIB),
        step.write('error', 2),
        step.pattern(MIB, 2),
      ]);
      await child.ended();
      deepEqual([child.size(1), child.size(2)], [MIB + 4, MIB + 5]);
      const chunks = [...child.chunks.values()].flat();
      ok(chunks.every((chunk) => chunk.byteOffset === 0 && chunk.buffer.byteLength === chunk.length));
      equal(new Set(chunks.map((chunk) => chunk.buffer)).size, chunks.length);
    },
  },
  'ownership.transferred-chunks': {
    behavior: 'A receiver may transfer a chunk away, and every byte of its child and of another one still arrives',
    source: 'childHandle rule 6',
    async run(c) {
      const recorder = new Recorder();
      let bytes = 0;
      recorder.on('data:1', () => {
        const chunk = recorder.chunks.get(1)?.at(-1) ?? new Uint8Array(0);
        bytes += chunk.length;
        structuredClone(chunk, { transfer: [chunk.buffer as ArrayBuffer] });
        equal(chunk.length, 0);
      });
      const child = await c.startWith(recorder, [step.pattern(300), step.line(), step.pattern(MIB)]);
      const other = await c.start([step.line(), step.pattern(MIB)]);
      child.stdin.write(Buffer.from('\n'));
      other.stdin.write(Buffer.from('\n'));
      await Promise.all([child.ended(), other.ended()]);
      equal(bytes, MIB + 300);
      ok(Buffer.from(patternBytes(MIB)).equals(other.bytes(1)));
    },
  },
  'ownership.frozen-arguments': {
    behavior: 'Arguments and options are read and never changed',
    source: 'decision 12',
    async run(c) {
      const argv = Object.freeze(['a', 'b']);
      const env = Object.freeze({ A: '1' });
      const child = await c.start([step.print('argv')], Object.freeze({ argv, env, extraFds: Object.freeze({}) }));
      await child.ended();
      equal(child.text(1), '["a","b"]\n');
    },
  },
  'ownership.changed-arguments': {
    behavior: 'Arguments that are changed after the call reach the child as they were',
    source: 'decision 12',
    async run(c) {
      const { program, args } = c.subject.commands.steps([step.env('NAME'), step.print('argv')], ['first']);
      const changing = [...args];
      const env: Record<string, string> = { NAME: 'before' };
      const recorder = c.track(new Recorder());
      const creation = c.subject.exec(() => recorder, program, changing, { env });
      changing[changing.length - 1] = 'second';
      env['NAME'] = 'after';
      await creation;
      await recorder.ended();
      deepEqual(recorder.text(1).split('\n'), ['"before"', '["first"]', '']);
    },
  },
};
