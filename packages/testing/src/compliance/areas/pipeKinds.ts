import { equal, match, ok } from 'node:assert/strict';
import { NotSupportedError } from '@subwire/transport';
import type { RequirementTable } from '../complianceCase.js';
import { patternBytes, step } from '../step.js';
import { rejection } from '../waiting.js';
import { refusedOption } from './refusedOption.js';

const MIB = 2 ** 20;

/** Option `pipes`. */
export const pipeKinds: RequirementTable = {
  'pipes.real': {
    behavior: "With pipes: 'pipe' the child can open /dev/stdout",
    source: 'F38',
    requires: ['pipes.pipe'],
    async run(c) {
      const child = await c.start([step.reopen('again')], { pipes: 'pipe' });
      await child.ended();
      equal(child.text(1), 'again');
    },
  },
  'pipes.socket': {
    behavior: "With pipes: 'socket' the child gets sockets, which it cannot open again",
    source: 'design §2',
    requires: ['pipes.socket'],
    async run(c) {
      const child = await c.start([step.reopen('again')], { pipes: 'socket' });
      await child.ended();
      match(child.text(1), /^failed:/);
    },
  },
  'pipes.socket-bytes': {
    behavior:
      "With pipes: 'socket' megabytes come back complete and in order, and the end of the input reaches the child",
    source: 'semantics G2',
    requires: ['pipes.socket'],
    async run(c) {
      const child = await c.start([step.cat()], { pipes: 'socket' });
      const bytes = patternBytes(2 * MIB);
      child.stdin.write(bytes);
      child.stdin.close();
      equal(await child.ended(), 0);
      ok(Buffer.from(bytes).equals(child.bytes(1)), `${child.size(1)} bytes`);
    },
  },
  'pipes.socket-flow': {
    behavior: "With pipes: 'socket' a child waits for a paused output, and for a reader of its input",
    source: 'semantics §2.3',
    requires: ['pipes.socket'],
    async run(c) {
      const child = await c.start([step.line(), step.pattern(2 * MIB), step.count()], { pipes: 'socket' });
      child.output(1).pauseReading();
      child.stdin.write(Buffer.from('\n'));
      child.stdin.write(new Uint8Array(2 * MIB));
      child.stdin.close();
      await c.quiet();
      equal(child.size(1), 0);
      ok(child.stdin.getWriteBufferSize() > 0);
      child.output(1).resumeReading();
      equal(await child.ended(), 0);
      equal(Buffer.from(child.bytes(1)).toString('latin1', 2 * MIB), `count:${2 * MIB}\n`);
    },
  },
  'pipes.socket-reader-leaves': {
    behavior: "With pipes: 'socket' a child that writes to an output which was closed here gets an error of the pipe",
    source: 'ADR 23',
    requires: ['pipes.socket', 'extraFds'],
    async run(c) {
      const options = { pipes: 'socket', extraFds: { 3: -1 } } as const;
      const child = await c.start([step.line(), step.flood(3, 1)], options);
      child.output(3).close();
      child.stdin.write(Buffer.from('\n'));
      await child.ended();
      match(child.text(1), /^(EPIPE|ECONNRESET)\n$/);
    },
  },
  'pipes.no-size-of-sockets': {
    behavior: 'A size for socket pairs is refused',
    source: 'ADR 23',
    requires: ['pipes.socket', 'pipeSize'],
    async run(c) {
      const error = await rejection(c.start([], { pipes: 'socket', pipeSize: MIB }));
      ok(error instanceof NotSupportedError, String(error));
      equal(error.capability, 'pipeSize');
    },
  },
  'pipes.lacks-pipe': refusedKind('pipe'),
  'pipes.lacks-socket': refusedKind('socket'),
};

function refusedKind(kind: 'pipe' | 'socket'): RequirementTable[string] {
  return {
    ...refusedOption('pipes', { pipes: kind }),
    behavior: `Without pipes.${kind} the option pipes: '${kind}' is a NotSupportedError, not silence`,
    lacks: `pipes.${kind}`,
  };
}
