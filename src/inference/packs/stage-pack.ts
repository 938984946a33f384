import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createDirectories } from '../../base/create-directories.js';
import { checkPack } from './check-pack.js';
import { PackError } from './pack-error.js';
import { descriptionFile, type PackLimits, textFiles } from './pack-limits.js';
import { type ModelPack, readPack, readPackDescription } from './read-pack.js';

const unfinished = '.unfinished-';

/**
 * Runs `use` with a staging folder beside the packs, which is removed in every case. Folders that killed processes left are removed,
 * too.
 */
export async function withStaging<T>(folder: string, use: (staging: string) => Promise<T>): Promise<T> {
  await createDirectories(folder, 0o700);
  await removeUnfinished(folder);
  const staging = join(folder, `${unfinished}${randomUUID()}`);
  await mkdir(staging);
  try {
    return await use(staging);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/**
 * Copies a pack's files to a folder of their own and checks them there: description, hashes, every network loaded and run.
 * @param into created
 * @param where the pack as the user named it, for messages
 * @throws PackError
 */
export async function stagePack(from: string, into: string, where: string, limits: PackLimits): Promise<ModelPack> {
  await copyPack(from, into, where, limits);
  const pack = await readPack(into, where, limits);
  await checkPack(pack);
  return pack;
}

/**
 * Moves a staged pack to its place, atomically.
 * @param staging where a pack that is replaced is moved to
 * @throws PackError if there is one that may not be replaced
 */
export async function placePack(
  folder: string,
  { id, directory: staged }: ModelPack,
  replacing?: { readonly staging: string },
): Promise<string> {
  const directory = join(folder, id);
  if (replacing) await rename(directory, join(replacing.staging, `${id}.replaced`)).catch(() => undefined);
  if (await lstat(directory).catch(() => undefined)) throw alreadyThere(id);
  await rename(staged, directory).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOTEMPTY' || error.code === 'EEXIST' ? alreadyThere(id) : error;
  });
  return directory;
}

/** Moves a pack out of the way at once, then deletes it. */
export async function discardPack(folder: string, id: string): Promise<void> {
  const away = join(folder, `${unfinished}${randomUUID()}`);
  await rename(join(folder, id), away);
  await rm(away, { recursive: true, force: true });
}

const alreadyThere = (id: string): PackError =>
  new PackError(`model pack ${id}: it has already been added; remove it first, or give the new pack another version`);

/**
 * Copies the files that the description names, and the licence. They are synced, so that the later rename cannot become durable
 * first.
 */
async function copyPack(from: string, to: string, where: string, limits: PackLimits): Promise<void> {
  const description = await readPackDescription(from, where, limits);
  await mkdir(to);
  const needed = new Set([descriptionFile, ...description.networks.map(({ file }) => file)]);
  for (const name of [...needed, ...textFiles]) {
    const path = join(from, name);
    const found = await lstat(path).catch(() => undefined);
    if (!found?.isFile()) {
      if (needed.has(name)) throw new PackError(`model pack ${where}: ${name} is ${found ? 'not a regular file' : 'missing'}`);
      continue;
    }
    const most = name.endsWith('.onnx') ? limits.networkBytes : limits.textBytes;
    if (found.size > most) throw new PackError(`model pack ${where}: ${name} is larger than ${most} bytes`);
    await copyFile(path, join(to, name), constants.COPYFILE_EXCL);
    const file = await open(join(to, name), 'r+');
    await file.sync().finally(() => file.close());
  }
}

/** Removes staging folders left by killed processes. Those younger than an hour may still be in use by another process. */
async function removeUnfinished(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((entry) => entry.startsWith(unfinished))) {
    const { mtimeMs } = await stat(join(folder, name)).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > 3_600_000) await rm(join(folder, name), { recursive: true, force: true });
  }
}
