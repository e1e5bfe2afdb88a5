/**
 * The formats that a Linux kernel was told of at run time (`binfmt_misc`): foreign binaries, jars, programs of Windows.
 *
 * The kernel looks at them before its own formats, by the first bytes of a file or by the end of its name. They are the
 * whole machine's, but a container often cannot see them; `null` says so.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { ByteString } from './backend.js';
import { endsWith } from './filePath.js';

const DIRECTORY = '/proc/sys/fs/binfmt_misc';

/** Not formats, but switches. */
const SWITCHES: ReadonlySet<string> = new Set(['register', 'status']);

/**
 * Tells whether a registered format takes a file, `null` if the formats cannot be seen from here.
 *
 * @param directory - Where the formats stand. Default: where Linux shows them.
 */
export function isRegisteredFormat(path: ByteString, header: Buffer, directory: string = DIRECTORY): boolean | null {
  const read = (name: string): string => readFileSync(`${directory}/${name}`, 'utf8');
  try {
    const names = readdirSync(directory);
    if (!names.includes('status')) {
      // The directory is there, and nothing is mounted at it.
      return null;
    }
    return (
      read('status').startsWith('enabled') &&
      names.some((name) => !SWITCHES.has(name) && takes(read(name), path, header))
    );
  } catch (unreadable) {
    void unreadable;
    return null;
  }
}

/** @param entry - As the kernel shows it: `enabled`, then a name and a value on each line. */
function takes(entry: string, path: ByteString, header: Buffer): boolean {
  const [state, ...lines] = entry.split('\n');
  if (state !== 'enabled') {
    return false;
  }
  const values = new Map(lines.map((line) => [line.split(' ', 1)[0], line.slice(line.indexOf(' ') + 1)]));
  const extension = values.get('extension');
  if (extension !== undefined) {
    // It begins with the only dot in it.
    return endsWith(path, extension);
  }
  const magic = Buffer.from(values.get('magic') ?? '', 'hex');
  const mask = Buffer.from(values.get('mask') ?? '', 'hex');
  const offset = Number(values.get('offset') ?? 0);
  return (
    magic.length > 0 &&
    magic.every((byte, index) => {
      const own = header[offset + index];
      const bits = mask[index] ?? 0xff;
      return own !== undefined && (own & bits) === (byte & bits);
    })
  );
}
