import type { Stats } from 'node:fs';
import { lstat, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { OperatorError } from './operator-error.js';

/** A directory cannot be created. `message` is for the operator and names the directory and the cause. */
export class DirectoryError extends OperatorError {
  override name = 'DirectoryError';

  /**
   * @param path of the directory that was asked for
   * @param reason what prevents its creation
   * @param code of the failed system call, for example `EROFS`
   */
  constructor(
    readonly path: string,
    readonly reason: string,
    readonly code: string | undefined,
  ) {
    super(`the directory ${path} cannot be created: ${reason}`);
  }
}

/**
 * Creates a directory and its missing parents. Does nothing if it exists, even if it is not writable.
 *
 * It replaces `mkdir(path, { recursive: true })` for paths that an operator chooses: Node's version reports a parent's error as
 * that of the whole path or as ENOENT, and never returns for a path below `/proc`.
 * @param mode of the directories created, before the umask
 * @throws DirectoryError
 */
export async function createDirectories(path: string, mode = 0o777): Promise<void> {
  const wanted = resolve(path);
  const missing: string[] = [];
  for (let directory = wanted; !(await isDirectory(wanted, directory)); directory = dirname(directory))
    missing.unshift(directory);
  for (const directory of missing) await createOne(wanted, directory, mode);
}

/** @returns false if nothing exists at the path @throws DirectoryError if something else exists there, or cannot be examined */
async function isDirectory(wanted: string, path: string): Promise<boolean> {
  let found: Stats | undefined;
  try {
    // A part of the path that is a file is found when the loop above arrives there.
    found = await stat(path).catch(ignore('ENOENT', 'ENOTDIR'));
    // `stat` follows links. A link whose target does not exist still occupies the name.
    found ??= await lstat(path).catch(ignore('ENOENT', 'ENOTDIR'));
  } catch (error) {
    throw describe(wanted, path, error as NodeJS.ErrnoException);
  }
  if (found?.isSymbolicLink()) throw new DirectoryError(wanted, `${path} is a link to a path that does not exist`, 'ENOENT');
  if (found && !found.isDirectory()) throw new DirectoryError(wanted, `${path} is not a directory`, 'ENOTDIR');
  return found !== undefined;
}

async function createOne(wanted: string, directory: string, mode: number): Promise<void> {
  try {
    await mkdir(directory, { mode });
  } catch (error) {
    // Another process may have created it in the meantime.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && (await isDirectory(wanted, directory))) return;
    throw describe(wanted, directory, error as NodeJS.ErrnoException);
  }
}

const ignore =
  (...codes: string[]) =>
  (error: NodeJS.ErrnoException): undefined => {
    if (!codes.includes(error.code ?? '')) throw error;
  };

function describe(wanted: string, path: string, { code, message }: NodeJS.ErrnoException): DirectoryError {
  const parent = dirname(path);
  const reasons: Record<string, string> = {
    EACCES: `permission denied in ${parent}`,
    EPERM: `${parent} does not permit it`,
    EROFS: `the file system of ${parent} is read-only`,
    // The parent exists, or was created a moment ago.
    ENOENT: `the file system of ${parent} does not support new directories`,
    ENOSYS: `the file system of ${parent} does not support new directories`,
    ENOSPC: `the file system of ${parent} is full`,
    EDQUOT: `the disk quota of ${parent} is used up`,
    ENAMETOOLONG: 'the path, or a name in it, is too long',
    ELOOP: `${path} leads through too many symbolic links`,
  };
  return new DirectoryError(wanted, reasons[code ?? ''] ?? message, code);
}
