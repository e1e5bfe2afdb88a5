import { closeSync, openSync } from 'node:fs';

/**
 * Opens and closes `count` descriptors from `lowest` on, to learn before the spawn whether it would run out of them in its middle.
 *
 * Node loses three descriptors for good whenever it runs out after its socket pairs were made, and `stdio` is undefined
 * then; nothing can be repaired afterwards. The same goes for the child's half of the work, and what the child moves out
 * of the way goes above everything that it is to get.
 * @throws the system's error (`EMFILE`, `ENFILE`) if there are fewer.
 */
export function requireFreeFds(count: number, lowest: number): void {
  const opened: number[] = [];
  try {
    for (let found = 0; found < count;) {
      const fd = openSync('/dev/null', 'r');
      opened.push(fd);
      found += fd >= lowest ? 1 : 0;
    }
  } finally {
    opened.forEach(closeSync);
  }
}
