import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** A key cannot be read or made. `message` names the file, never what is in it. */
export class KeyError extends Error {
  override name = 'KeyError';
}

/** Where a key is kept, and whom to tell when others can read it. */
export interface KeyFileOptions {
  /** made with mode 0700 when it is not there */
  readonly directory: string;
  readonly name: string;
  /** makes the content; called when there is no file */
  readonly make: () => Promise<string>;
  /** told, not refused: some volumes keep no modes */
  readonly warn: (message: string) => void;
}

/**
 * The content of a key file, made on first use (mode 0600, on the disk before it is used). Of several processes that make it at once
 * one wins and all get its content: the file appears whole, by a hard link, or not at all.
 * @throws KeyError naming the file
 */
export async function readOrMakeKeyFile({ directory, name, make, warn }: KeyFileOptions): Promise<string> {
  const path = join(directory, name);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const found = await readIfThere(path);
    if (found === undefined) await placeOnce(directory, path, await make());
    for (const checked of [directory, path]) await warnIfOpen(checked, warn);
    return found ?? (await readFile(path, 'utf8'));
  } catch (error) {
    throw new KeyError(`the key file ${path} cannot be read or made: ${(error as Error).message}`);
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

/** Puts `content` at `path` unless something is there. */
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

/** Writes a new file, mode 0600, to the disk. */
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
  warn(`${path} can be used by others on this machine: whoever reads it can sign tokens. chmod ${isDirectory ? 700 : 600} it`);
}
