import { randomBytes } from 'node:crypto';
import { link, open, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createDirectories } from '../base/create-directories.js';
import { OperatorError } from '../base/operator-error.js';

/** A key cannot be read or created. `message` names the file and never contains key material. */
export class KeyError extends OperatorError {
  override name = 'KeyError';
}

/** Where a key is kept, and how to create it. */
export interface KeyFileOptions {
  /** created with mode 0700 if it does not exist */
  readonly directory: string;
  readonly name: string;
  /** creates the content; called if the file does not exist */
  readonly make: () => Promise<string>;
  /** called when a key file is readable by other users; not an error, since some volumes have no modes */
  readonly warn: (message: string) => void;
}

/**
 * The content of a key file, which is created on first use (mode 0600, flushed to disk before it is used). If several processes
 * create it at once, one wins and all get its content: a hard link makes the file appear as a whole or not at all.
 * @throws KeyError naming the file
 */
export async function readOrMakeKeyFile({ directory, name, make, warn }: KeyFileOptions): Promise<string> {
  const path = join(directory, name);
  try {
    await createDirectories(directory, 0o700);
    const found = await readIfThere(path);
    if (found === undefined) await placeOnce(directory, path, await make());
    for (const checked of [directory, path]) await warnIfOpen(checked, warn);
    return found ?? (await readFile(path, 'utf8'));
  } catch (error) {
    throw new KeyError(`the key file ${path} cannot be read or created: ${(error as Error).message}`);
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes `content` to `path` unless the path exists. */
async function placeOnce(directory: string, path: string, content: string): Promise<void> {
  const draft = `${path}.${randomBytes(8).toString('hex')}.tmp`;
  await writeDurably(draft, content);
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
  const folder = await open(directory, 'r');
  await folder.sync().finally(() => folder.close());
}

/** Writes a new file with mode 0600 and flushes it to disk. */
export async function writeDurably(path: string, content: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function warnIfOpen(path: string, warn: (message: string) => void): Promise<void> {
  if (process.platform === 'win32') return;
  const { mode } = await stat(path);
  if ((mode & 0o077) === 0) return;
  const isDirectory = (mode & 0o170000) === 0o040000;
  warn(
    `${path} is accessible to other users of this machine, who could sign tokens with it: run chmod ${isDirectory ? 700 : 600} on it`,
  );
}
