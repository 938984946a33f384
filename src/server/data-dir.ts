import { constants, existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createDirectories, DirectoryError } from '../base/create-directories.js';
import { OperatorError } from '../base/operator-error.js';
import type { Config } from '../config/schema.js';

/** The data directory cannot be used. `message` is for the operator. */
export class DataDirError extends OperatorError {
  override name = 'DataDirError';
}

/** Whether the database is not the default file of the data directory. */
const isElsewhere = (database: Config['DATABASE_URL']): boolean => 'postgres' in database || database.file !== undefined;

/**
 * Creates the data directory (mode 0700) if it does not exist, and checks that this process can write to it. With another
 * database and existing keys it may be read-only.
 * @throws DataDirError
 */
export async function prepareDataDir({ DATA_DIR, DATABASE_URL }: Pick<Config, 'DATA_DIR' | 'DATABASE_URL'>): Promise<void> {
  const directory = resolve(DATA_DIR);
  const mayBeReadOnly = isElsewhere(DATABASE_URL) && existsSync(join(directory, 'keys'));
  try {
    await createDirectories(directory, 0o700);
    if (!mayBeReadOnly) await access(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason =
      error instanceof DirectoryError ? `cannot be created: ${error.reason}` : describe(error as NodeJS.ErrnoException);
    throw new DataDirError(`the data directory ${directory} ${reason}. Set DATA_DIR to a directory that this user can write to.`);
  }
}

/** @param error of `access` on a directory that exists */
function describe({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'is not writable: permission denied';
    case 'EROFS':
      return 'is not writable: its file system is read-only';
    default:
      return `cannot be used: ${message}`;
  }
}
