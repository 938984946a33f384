import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createDirectories, DirectoryError } from '../base/create-directories.js';
import { demandAccess, FileAccessError } from '../base/file-access.js';
import { OperatorError } from '../base/operator-error.js';
import type { Config } from '../config/schema.js';

/** The data directory cannot be used. `message` is for the operator. */
export class DataDirError extends OperatorError {
  override name = 'DataDirError';
}

/** Whether the database is not the default file of the data directory. */
const isElsewhere = (database: Config['DATABASE_URL']): boolean => 'postgres' in database || database.file !== undefined;

/**
 * Creates the data directory (mode 0700) if it does not exist, and checks that this process can write to it, and read what an
 * earlier run, perhaps as another user, has left in it. With another database and existing keys it may be read-only.
 * @throws DataDirError
 */
export async function prepareDataDir({ DATA_DIR, DATABASE_URL }: Pick<Config, 'DATA_DIR' | 'DATABASE_URL'>): Promise<void> {
  const directory = resolve(DATA_DIR);
  const mayBeReadOnly = isElsewhere(DATABASE_URL) && existsSync(join(directory, 'keys'));
  try {
    await createDirectories(directory, 0o700);
    await demandAccess(directory, { write: !mayBeReadOnly });
    for (const name of ['keys', 'packs']) await demandContent(join(directory, name), directory);
  } catch (error) {
    if (error instanceof DirectoryError)
      throw new DataDirError(
        `the data directory ${directory} cannot be created: ${error.reason}. Set DATA_DIR to a directory that this user can write to.`,
      );
    if (error instanceof FileAccessError) throw new DataDirError(`the data directory cannot be used: ${error.message}.`);
    throw error;
  }
}

/** @throws FileAccessError if the directory, or something in it, is not readable */
async function demandContent(directory: string, volume: string): Promise<void> {
  await demandAccess(directory, { volume });
  // What is not a directory is reported where it is used.
  const names = await readdir(directory).catch(() => []);
  for (const name of names) await demandAccess(join(directory, name), { volume });
}
