import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PackDescription, packId, parsePackDescription } from './pack-description.js';
import { PackError } from './pack-error.js';
import { listFolders, type PackFolders } from './pack-folders.js';
import { descriptionFile, type PackLimits, packLimits } from './pack-limits.js';

/** A pack in a directory. */
export interface ModelPack {
  /** name@version */
  readonly id: string;
  readonly directory: string;
  readonly description: PackDescription;
}

/**
 * Reads a pack's description, without checking its networks.
 * @param where the pack as the user named it, for messages
 * @throws PackError
 */
export async function readPackDescription(
  directory: string,
  where: string,
  limits: PackLimits = packLimits,
): Promise<PackDescription> {
  const path = join(directory, descriptionFile);
  await checkFile(path, descriptionFile, limits.textBytes, where);
  return parsePackDescription(await readFile(path, 'utf8'), where);
}

/**
 * Reads a pack and compares each network with its SHA-256.
 * @throws PackError naming the pack and the file, if a file is missing, too large, not a regular file, or has another hash
 */
export async function readPack(directory: string, where: string, limits: PackLimits = packLimits): Promise<ModelPack> {
  const description = await readPackDescription(directory, where, limits);
  for (const { file, sha256 } of description.networks) {
    const path = join(directory, file);
    await checkFile(path, file, limits.networkBytes, where);
    const got = await hashFile(path);
    if (got !== sha256) throw new PackError(`model pack ${where}: ${file} has SHA-256 ${got}, but pack.json says ${sha256}`);
  }
  return { id: packId(description), directory, description };
}

/**
 * Reads and checks an added pack. Its description must give the same id as its folder; otherwise scans would name the wrong pack.
 * @throws PackError
 */
export async function readAddedPack(folders: PackFolders, id: string): Promise<ModelPack> {
  const pack = await readPack(await findDirectory(folders, id), id);
  if (pack.id !== id)
    throw new PackError(`model pack ${id}: its pack.json says ${pack.id}; remove its folder and add the pack again`);
  return pack;
}

/** The first folder that has the pack. If none has it, the pack is missing from the first one. */
async function findDirectory(folders: PackFolders, id: string): Promise<string> {
  const directories = listFolders(folders).map((folder) => join(folder, id));
  for (const directory of directories) if (await lstat(directory).catch(() => undefined)) return directory;
  return directories[0]!;
}

/** Requires a regular file of acceptable size. Symbolic links are rejected: their target may change after the check. */
async function checkFile(path: string, name: string, maxBytes: number, where: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) throw new PackError(`model pack ${where}: ${name} is missing`);
  if (!found.isFile()) throw new PackError(`model pack ${where}: ${name} is not a regular file`);
  if (found.size > maxBytes) throw new PackError(`model pack ${where}: ${name} is larger than ${maxBytes} bytes`);
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
