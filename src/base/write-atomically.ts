import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createDirectories } from './create-directories.js';

const unfinished = '.unfinished-';

/**
 * Writes a file atomically: to a temporary file in the same folder, which is synced and renamed. Several processes may do this at
 * once; the last one wins, and readers never see a partial file.
 * @throws DirectoryError if the folder does not exist and cannot be created
 */
export async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  await createDirectories(dirname(path));
  const temporary = join(dirname(path), unfinishedName(basename(path)));
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A new name for a file that is renamed to `name` when it is whole. */
export const unfinishedName = (name: string): string => `${unfinished}${randomUUID()}-${name}`;

/**
 * Removes temporary files left by processes that were killed while they wrote.
 * @param olderThanMs minimum age in milliseconds, so that writes in progress are not disturbed
 */
export async function removeUnfinished(directory: string, olderThanMs = 3_600_000): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names.filter((candidate) => candidate.startsWith(unfinished))) {
    const path = join(directory, name);
    const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    if (age > olderThanMs) await rm(path, { force: true });
  }
}
