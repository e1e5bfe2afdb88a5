import { closeSync, openSync } from 'node:fs';

/**
 * Opens and closes `count` descriptors, to learn before the spawn whether it would run out of them in its middle.
 *
 * Node loses three descriptors for good whenever it runs out after its socket pairs were made, and `stdio` is undefined
 * then; nothing can be repaired afterwards.
 * @throws the system's error (`EMFILE`, `ENFILE`) if there are fewer.
 */
export function requireFreeFds(count: number): void {
  const opened: number[] = [];
  try {
    while (opened.length < count) {
      opened.push(openSync('/dev/null', 'r'));
    }
  } finally {
    opened.forEach(closeSync);
  }
}
