import { ownOptions, ValueError } from '@subwire/transport';
import { SeparatorSearch, toSeparators, type Separator } from '../search/separatorSearch.js';

/** Default `maxLineBytes` of `lines()`: 1 MiB. */
const DEFAULT_MAX_LINE_BYTES = 1_048_576;

/** Encodings that `lines()` can decode. */
export type LineEncoding = 'utf8' | 'latin1';

/** Options of `lines()` that do not depend on the kind of lines. */
export interface LineOptions {
  /** The most bytes of a line, without its end. Default: 1 048 576. */
  readonly maxLineBytes?: number;
  /**
   * What happens to a longer line. `'error'`: the iteration throws `LimitOverrunError`, and the line stays in the reader.
   * `'split'`: it comes in several lines of that size; all but the last have no end. `'truncate'`: its beginning comes,
   * without an end, and the rest is dropped. Text is never cut inside a character that fits. Default: `'error'`.
   */
  readonly onOverrun?: 'error' | 'split' | 'truncate';
  /** Whether a line keeps its end. Default: `false`. */
  readonly keepEnds?: boolean;
  /** What ends a line: bytes, a string as UTF-8, or an array of such. Default: a newline. */
  readonly separators?: Separator | readonly Separator[];
  /**
   * Whether `\n`, `\r\n` and a lone `\r` all end a line, as programs that draw progress need it. A kept end is `\n` then.
   * A line that ends with `\r` comes at once; a `\n` that follows later is skipped. Not with `separators`.
   * Default: `false`.
   */
  readonly universalNewlines?: boolean;
  /** Ends the iteration with its reason; no byte is lost. */
  readonly signal?: AbortSignal;
}

/** Options of `lines()` for lines of bytes. */
export interface BytesLineOptions extends LineOptions {
  readonly encoding?: undefined;
  readonly fatal?: undefined;
}

/** Options of `lines()` for lines of text. */
export interface TextLineOptions extends LineOptions {
  /** How bytes become text. A byte order mark stays, as U+FEFF; each invalid sequence becomes one U+FFFD. */
  readonly encoding: LineEncoding;
  /** Whether invalid text is a `TextDecodeError` instead. The line is out of the reader then. Default: `false`. */
  readonly fatal?: boolean;
}

/** Options of `lines()`, checked and complete. */
export interface LineRules {
  readonly encoding: LineEncoding | null;
  readonly fatal: boolean;
  readonly maxLineBytes: number;
  readonly onOverrun: 'error' | 'split' | 'truncate';
  readonly keepEnds: boolean;
  readonly universal: boolean;
  /** Whether a single newline byte is what ends a line. */
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
 * @throws {ValueError} for a value that makes no sense.
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
