/** The versions of Node that the packages are made for. */

/** Oldest first; `engines` of the packages begins with the first one. */
export const MAJOR_VERSIONS: readonly string[] = ['20', '22', '24', '26'];

/** Returns the versions that were asked for, else all but the one that runs this; `null` if one is no version. */
export function wantedVersions(args: readonly string[], own: string): readonly string[] | null {
  if (args.length === 0) {
    const [ownMajor] = own.split('.');
    return MAJOR_VERSIONS.filter((major) => major !== ownMajor);
  }
  return args.every((version) => /^\d+(\.\d+){0,2}$/.test(version)) ? args : null;
}
