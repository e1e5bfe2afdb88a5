import { closeSync, readSync, writeSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { native } from '../src/native/ffi.js';
import { makeChildPipe, ownEnd } from '../src/pipe/childPipe.js';

const F_GETFD = 1;
const F_GETFL = 3;

it('a pipe between two children goes from its writer to its reader, and outlives our copies', () => {
  const pipe = makeChildPipe();
  const [reader, writer] = [ownEnd(pipe.reader).duplicate(10), ownEnd(pipe.writer).duplicate(10)];
  pipe.close();
  pipe.close();
  writeSync(writer, 'through');
  closeSync(writer);
  const room = Buffer.alloc(20);
  expect(room.toString('utf8', 0, readSync(reader, room))).toBe('through');
  expect(readSync(reader, room)).toBe(0);
  closeSync(reader);
});

it('its ends are blocking, and nobody inherits them', () => {
  const pipe = makeChildPipe();
  for (const end of [pipe.reader, pipe.writer]) {
    const fd = ownEnd(end).duplicate(3);
    expect([native().fcntl(fd, F_GETFL, 0) & 0o4000, native().fcntl(fd, F_GETFD, 0)]).toEqual([0, 1]);
    closeSync(fd);
  }
  pipe.close();
});

it('an end that was closed cannot be given to a child', () => {
  const pipe = makeChildPipe();
  pipe.close();
  expect(() => ownEnd(pipe.reader).duplicate(3)).toThrow(expect.objectContaining({ code: 'EBADF' }));
});
