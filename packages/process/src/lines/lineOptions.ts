import { ownOptions, ValueError } from '@subwire/transport';
import { SeparatorSearch, toSeparators, type Separator } from '../search/separatorSearch.js';

/** Default `maxLineBytes` of `lines()`: 1 MiB. */
const DEFAULT_MAX_LINE_BYTES = 1_048_576;

/** Encodings that `lines()` can decode. */
export type LineEncoding = 'utf8' | 'latin1';

/** Options of `lines()` for lines of bytes and of text. */
export interface LineOptions {
  /** Most bytes of a line, without its separator. Default: 1 048 576 bytes. */
  readonly maxLineBytes?: number;
  /**
   * What happens to a line of more than `maxLineBytes`. `'error'`: the iteration throws `LimitOverrunError`, and the line
   * stays in the reader. `'split'`: it is returned as several lines of that size, of which only the last has a separator.
   * `'truncate'`: its first bytes are returned, without a separator, and the rest is dropped. UTF-8 text is not cut inside
   * a character, unless the character alone is longer. Default: `'error'`.
   */
  readonly onOverrun?: 'error' | 'split' | 'truncate';
  /** Whether lines are returned with their separators. Default: `false`. */
  readonly keepEnds?: boolean;
  /** What ends a line: bytes, a string as UTF-8, or an array of those. Default: a newline. */
  readonly separators?: Separator | readonly Separator[];
  /**
   * Whether `\n`, `\r\n` and `\r` all end a line, for programs that draw progress bars. With `keepEnds` each of them is
   * returned as `\n`. A line that ends with `\r` is returned at once, and a `\n` that follows later is skipped. Excludes
   * `separators`.
   * Default: `false`.
   */
  readonly universalNewlines?: boolean;
  /** Ends the iteration on abort, which rejects with `signal.reason`; no byte is lost. Default: none. */
  readonly signal?: AbortSignal;
}

/** Options of `lines()` for lines of bytes. */
export interface BytesLineOptions extends LineOptions {
  readonly encoding?: undefined;
  readonly fatal?: undefined;
}

/** Options of `lines()` for lines of text. */
export interface TextLineOptions extends LineOptions {
  /** The encoding of the text. A byte order mark is kept, as U+FEFF. Each invalid sequence becomes one U+FFFD. */
  readonly encoding: LineEncoding;
  /** Whether invalid text throws `TextDecodeError` instead; the line is removed from the reader. Default: `false`. */
  readonly fatal?: boolean;
}

/** The options of `lines()`, checked and with all defaults. */
export interface LineRules {
  readonly encoding: LineEncoding | null;
  readonly fatal: boolean;
  readonly maxLineBytes: number;
  readonly onOverrun: 'error' | 'split' | 'truncate';
  readonly keepEnds: boolean;
  readonly universal: boolean;
  /** Whether the only separator is a newline. */
  readonly plainNewline: boolean;
  readonly search: SeparatorSearch;
  readonly signal: AbortSignal | undefined;
}

const KNOWN: ReadonlySet<string> = new Set<keyof TextLineOptions>([
  'encoding',
  'fatal',
  'maxLineBytes',
  'onOverrun',
  'keepEnds',
  'separators',
  'universalNewlines',
  'signal',
]);

/**
 * Checks the options of `lines()`.
 *
 * @throws {TypeError} for an unknown option or a value of the wrong type.
 * @throws {ValueError} for a value out of range.
 */
export function lineRules(options: BytesLineOptions | TextLineOptions): LineRules {
  const given: LineOptions & { encoding?: unknown; fatal?: boolean | undefined } = ownOptions(options, KNOWN);
  const { encoding, maxLineBytes = DEFAULT_MAX_LINE_BYTES, onOverrun = 'error', universalNewlines = false } = given;
  if (encoding !== undefined && encoding !== 'utf8' && encoding !== 'latin1') {
    throw new ValueError(`encoding must be 'utf8' or 'latin1', got ${JSON.stringify(encoding)}`);
  }
  if (!(Number.isInteger(maxLineBytes) && maxLineBytes > 0)) {
    throw new ValueError(`maxLineBytes must be an integer above 0, got ${String(maxLineBytes)}`);
  }
  if (!['error', 'split', 'truncate'].includes(onOverrun)) {
    throw new ValueError(`onOverrun must be 'error', 'split' or 'truncate', got ${String(onOverrun)}`);
  }
  if (universalNewlines && given.separators !== undefined) {
    throw new ValueError('universalNewlines and separators exclude each other');
  }
  return {
    encoding: encoding ?? null,
    fatal: given.fatal ?? false,
    maxLineBytes,
    onOverrun,
    keepEnds: given.keepEnds ?? false,
    universal: universalNewlines,
    plainNewline: !universalNewlines && (given.separators ?? '\n') === '\n',
    search: new SeparatorSearch(toSeparators(universalNewlines ? ['\n', '\r'] : (given.separators ?? '\n'))),
    signal: given.signal,
  };
}
