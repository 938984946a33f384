import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const unfinished = '.unfinished-';

/**
 * Writes a file so that it is there whole or not at all: to a name of its own beside it, synced, then renamed over it. Several processes
 * may do this at once; the last one wins, and none sees a half of it.
 */
export async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `${unfinished}${randomUUID()}-${basename(path)}`);
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

/** Removes what a process killed within `writeAtomically` left behind. @param olderThanMs so that nobody's work under way is taken */
export async function removeUnfinished(directory: string, olderThanMs = 3_600_000): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names.filter((candidate) => candidate.startsWith(unfinished))) {
    const path = join(directory, name);
    const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    if (age > olderThanMs) await rm(path, { force: true });
  }
}
