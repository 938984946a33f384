import { constants, type Stats } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { OperatorError } from './operator-error.js';

/** A file or directory exists, and this process cannot use it. `message` is for the operator and names the command that helps. */
export class FileAccessError extends OperatorError {
  override name = 'FileAccessError';
}

/** What is needed of a file or directory. */
export interface Demand {
  /** default: reading; of directories, also entering them */
  readonly write?: boolean;
  /** the directory whose owner is probably wrong as a whole; the command names it (default: the path itself) */
  readonly volume?: string;
}

/**
 * Checks that this process may use a file or directory. Does nothing if it does not exist.
 * @throws FileAccessError
 */
export async function demandAccess(path: string, { write = false, volume = path }: Demand = {}): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    // In a directory that may not be entered, nothing can be said about its content.
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EACCES') return undefined;
    throw new FileAccessError(`${path} cannot be examined: ${error.message}`);
  });
  if (!found) return;
  const enter = found.isDirectory() ? constants.X_OK : 0;
  try {
    await access(path, constants.R_OK | enter);
    if (write) await access(path, constants.W_OK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EROFS')
      throw new FileAccessError(`${path} is not writable: its file system is read-only. Mount it so that it can be written to`);
    if (code !== 'EACCES' && code !== 'EPERM') throw new FileAccessError(`${path} cannot be used: ${message}`);
    const reason = write ? 'is not writable: permission denied' : 'is not readable: permission denied';
    throw new FileAccessError(`${path} ${reason}${explain(found, volume)}`);
  }
}

/** Who may use it, who this process is, and the command that changes it. */
function explain({ uid, gid, mode }: Stats, volume: string): string {
  const [me, myGroup] = [process.getuid?.(), process.getgid?.()];
  if (me === undefined || myGroup === undefined) return '';
  const facts = ` (owner ${uid}:${gid}, mode ${(mode & 0o777).toString(8)}; this process runs as ${me}:${myGroup}).`;
  if (uid === me) return `${facts} Run \`chmod -R u+rwX ${volume}\``;
  return `${facts} Run \`chown -R ${me}:${myGroup} ${volume}\` as root, for a container's volume with its path on the host (Kubernetes: fsGroup: ${myGroup} in the pod's securityContext)`;
}

/** @returns the sentence that a file system is full, if it has no space or no inodes left for this process */
export async function explainFullDisk(directory: string): Promise<string | undefined> {
  const { bavail, files, ffree } = await statfs(directory).catch(() => ({ bavail: 1, files: 0, ffree: 0 }));
  if (bavail === 0) return `the file system of ${directory} is full`;
  // Some file systems do not count inodes: they have 0 of 0.
  if (files > 0 && ffree === 0) return `the file system of ${directory} has no inodes left`;
  return undefined;
}
