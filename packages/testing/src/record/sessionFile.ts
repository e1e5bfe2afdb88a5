import { readFile, writeFile } from 'node:fs/promises';
import type { Session } from './session.js';
import { parseSession } from './sessionText.js';

/**
 * Writes a session to a file.
 *
 * @param path - The file, which is created or replaced.
 * @param session - From `recordBackend(...).session`.
 * @throws (rejects) an error of the file system.
 */
export async function saveSession(path: string | URL, session: Session): Promise<void> {
  await writeFile(path, session.toText());
}

/**
 * Reads a session from a file.
 *
 * @param path - The file.
 * @throws {ValueError} (rejects) if it is no session, or of an unknown version.
 * @throws (rejects) an error of the file system.
 */
export async function loadSession(path: string | URL): Promise<Session> {
  return parseSession(await readFile(path, 'utf8'));
}
