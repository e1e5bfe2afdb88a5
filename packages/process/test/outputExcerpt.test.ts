import { describe, expect, it } from '@jest/globals';
import { outputExcerpt } from '../src/results/outputExcerpt.js';

describe('outputExcerpt', () => {
  it('is nothing for no output', () => {
    expect([outputExcerpt(null), outputExcerpt(''), outputExcerpt(new Uint8Array(0))]).toEqual(['', '', '']);
  });

  it('shows short output whole, on a line of its own, without the newline at its end', () => {
    expect(outputExcerpt('one\ntwo\n')).toBe('\none\ntwo');
    expect(outputExcerpt(Buffer.from('grün\n'))).toBe('\ngrün');
  });

  it('shows the first and the last 4 KiB of long output, and how much lies between', () => {
    const excerpt = outputExcerpt(`${'a'.repeat(5_000)}${'b'.repeat(5_000)}`);
    expect(excerpt).toBe(`\n${'a'.repeat(4_096)}\n… ${10_000 - 8_192} more …\n${'b'.repeat(4_096)}`);
  });

  it('is bounded when everything has to be escaped, and cuts no escape in two', () => {
    for (const output of [
      '\u001b'.repeat(8_192),
      '\u001b'.repeat(100_000),
      `${'x'.repeat(3)}${'\u202e'.repeat(50_000)}`,
    ]) {
      const excerpt = outputExcerpt(output);
      expect(excerpt.length).toBeLessThanOrEqual(8_192 + 40);
      expect(excerpt.replaceAll(/\\u[0-9a-f]{4}/g, '')).not.toContain('\\');
      expect(excerpt.replaceAll(/\\u[0-9a-f]{4}|\n… \d+ more …\n|x|\n/g, '')).toBe('');
    }
  });

  it('escapes C0, DEL, C1 and direction marks, and leaves tab and newline', () => {
    expect(outputExcerpt('a\0b\u007fc\u0085d\u202ee\u2066f\tg\nh')).toBe(
      '\na\\u0000b\\u007fc\\u0085d\\u202ee\\u2066f\tg\nh',
    );
  });

  it('lets no lone carriage return overwrite the line', () => {
    expect(outputExcerpt('error\rok')).toBe('\nerror\\u000dok');
  });

  it('cuts no character of output that it shows whole', () => {
    expect(outputExcerpt(Buffer.from(`x${'€'.repeat(2_500)}`))).toBe(`\nx${'€'.repeat(2_500)}`);
  });

  it('replaces bytes that are no UTF-8, also where it cuts a character in two', () => {
    expect(outputExcerpt(new Uint8Array([0xc3]))).toBe('\n\ufffd');
    const cut = outputExcerpt(Buffer.from('€'.repeat(5_000)));
    expect(cut).toContain('€');
    expect(cut.length).toBeLessThanOrEqual(8_192 + 40);
  });
});
