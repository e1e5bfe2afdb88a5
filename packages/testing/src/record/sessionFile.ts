import { readFile, writeFile } from 'node:fs/promises';
import type { Session } from './session.js';
import { parseSession } from './sessionText.js';

/** Writes a session to a file. */
export async function saveSession(path: string | URL, session: Session): Promise<void> {
  await writeFile(path, session.toText());
}

/**
 * Reads a session from a file.
 *
 * @throws {ValueError} (rejects) if it is no session of a version that is known.
 */
export async function loadSession(path: string | URL): Promise<Session> {
  return parseSession(await readFile(path, 'utf8'));
}
