import { progress } from '@clack/prompts';

/** A bar that counts bytes. */
export interface ByteBar {
  /** Moves the bar to a number of bytes. */
  readonly advanceTo: (bytes: number) => void;
  readonly stop: () => void;
}

/** Returns a progress bar, an invisible one where the output is not a terminal. */
export function byteBar(totalBytes: number, label: string): ByteBar {
  if (!process.stdout.isTTY) {
    return { advanceTo: () => undefined, stop: () => undefined };
  }
  const bar = progress({ max: totalBytes });
  let at = 0;
  bar.start(label);
  return {
    advanceTo: (bytes) => {
      bar.advance(bytes - at, `${label} ${bytes} bytes`);
      at = bytes;
    },
    stop: () => {
      bar.stop(`${label} ${at} bytes`);
    },
  };
}
