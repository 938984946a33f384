import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, copyFile, lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createDirectories } from '../../base/create-directories.js';
import { type ActiveSelection, asLiveness, asRecognition, readSelection, writeSelection } from './active-packs.js';
import { checkPack } from './check-pack.js';
import { openSource, type PackSource } from './open-source.js';
import { packId, shippedName } from './pack-description.js';
import { PackError } from './pack-error.js';
import { descriptionFile, type PackLimits, packLimits, textFiles } from './pack-limits.js';
import { type ModelPack, readAddedPack, readPack, readPackDescription } from './read-pack.js';
import { unpackArchive } from './unpack-archive.js';

const unfinished = '.unfinished-';

/** How to add a pack. */
export interface AddOptions {
  readonly packsDir: string;
  readonly sha256?: string | undefined;
  readonly catalogFile: string;
  readonly limits?: PackLimits;
}

/**
 * Adds a pack. It is downloaded or copied to a staging folder, checked there (description, hashes, every network loaded and run),
 * then moved to its final name atomically. If anything fails, nothing of it remains.
 * @param source a directory, a .tgz file, a URL, or a catalogue name
 * @throws PackError
 */
export async function addPack(source: string, options: AddOptions): Promise<ModelPack> {
  const { packsDir, limits = packLimits } = options;
  const origin = await openSource(source, { ...options, limits });
  await createDirectories(packsDir, 0o700);
  await removeUnfinished(packsDir);
  const staging = join(packsDir, `${unfinished}${randomUUID()}`);
  await mkdir(staging);
  try {
    const whole = join(staging, 'pack');
    await copyPack(await unpack(origin, join(staging, 'raw'), source, limits), whole, source, limits);
    const pack = await readPack(whole, source, limits);
    await checkPack(pack);
    const directory = join(packsDir, pack.id);
    if (await exists(directory)) throw alreadyThere(pack.id);
    await rename(whole, directory).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOTEMPTY' || error.code === 'EEXIST' ? alreadyThere(pack.id) : error;
    });
    return { ...pack, directory };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

const alreadyThere = (id: string): PackError =>
  new PackError(`model pack ${id}: it has already been added; remove it first, or give the new pack another version`);

/** Unpacks an archive; a directory is used in place. @returns the folder of the files */
async function unpack(origin: PackSource, into: string, where: string, limits: PackLimits): Promise<string> {
  if ('directory' in origin) return origin.directory;
  await mkdir(into);
  await unpackArchive(origin.archive, into, where, limits);
  return into;
}

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

/** A pack as listed. */
export interface ListedPack {
  readonly id: string;
  /** its weight if it is in use */
  readonly weight: number | undefined;
  readonly pack: ModelPack | undefined;
  /** what is wrong with it */
  readonly fault: string | undefined;
}

/** Lists all added packs and all packs in use, with their hashes checked. @throws PackError if `active.json` is unreadable */
export async function listPacks(packsDir: string): Promise<{
  shippedWeight: number;
  /** id of the recognition pack in use; undefined for the shipped model */
  recognition: string | undefined;
  packs: ListedPack[];
}> {
  const selection = await readSelection(packsDir);
  const weights = new Map(selection.packs.map((chosen) => [packId(chosen), chosen.weight]));
  const recognition = selection.recognition && packId(selection.recognition);
  const ids = new Set([...(await listIds(packsDir)), ...weights.keys(), ...(recognition ? [recognition] : [])]);
  const packs: ListedPack[] = [];
  for (const id of [...ids].sort()) {
    const weight = weights.get(id);
    try {
      packs.push({ id, weight, pack: await readAddedPack(packsDir, id), fault: undefined });
    } catch (error) {
      if (!(error instanceof PackError)) throw error;
      packs.push({ id, weight, pack: undefined, fault: error.message });
    }
  }
  return { shippedWeight: selection.shippedWeight, recognition, packs };
}

/** A pack to be used. Without a weight, the one in its description applies, or else 1. */
export interface WantedPack {
  /** NAME@VERSION, or NAME if only one version has been added */
  readonly name: string;
  readonly weight?: number | undefined;
}

/**
 * Checks a choice of liveness packs without storing it.
 * @throws PackError if a pack is missing, ambiguous, invalid, a recognition pack or named twice, or a weight is out of range
 */
export async function selectPacks(packsDir: string, wanted: readonly WantedPack[], shippedWeight = 1): Promise<ActiveSelection> {
  const packs: ActiveSelection['packs'] = [];
  for (const { name: asked, weight } of wanted) {
    const { description, id } = asLiveness(await readAddedPack(packsDir, await findId(packsDir, asked)));
    const { name, version } = description;
    if (packs.some((other) => packId(other) === id)) throw new PackError(`model pack ${id}: it is named twice`);
    packs.push({ name, version, weight: checkWeight(weight ?? description.weight ?? 1, id) });
  }
  if (packs.length > 8) throw new PackError('model packs: at most 8 can be in use');
  const { recognition } = await readSelection(packsDir);
  const weight = checkWeight(shippedWeight, 'shipped');
  return { format: 1, shippedWeight: weight, packs, ...(recognition ? { recognition } : {}) };
}

/**
 * Stores which liveness packs are in use from the next start on, replacing the current choice.
 * @throws PackError as `selectPacks` does; the choice is then unchanged
 */
export async function usePacks(packsDir: string, wanted: readonly WantedPack[], shippedWeight = 1): Promise<ActiveSelection> {
  const selection = await selectPacks(packsDir, wanted, shippedWeight);
  await choose(packsDir, selection);
  return selection;
}

/**
 * Stores which pack creates and compares templates from the next start on. The liveness packs in use stay.
 * @param name NAME, NAME@VERSION, or `shipped`
 * @returns id of the pack chosen, or `shipped`
 * @throws PackError if the pack is missing, ambiguous, invalid or a liveness pack; the choice is then unchanged
 */
export async function useRecognitionPack(packsDir: string, name: string): Promise<string> {
  const { recognition: _, ...others } = await readSelection(packsDir);
  if (name === shippedName) {
    await choose(packsDir, others);
    return shippedName;
  }
  const { description, id } = asRecognition(await readAddedPack(packsDir, await findId(packsDir, name)));
  await choose(packsDir, { ...others, recognition: { name: description.name, version: description.version } });
  return id;
}

async function choose(packsDir: string, selection: ActiveSelection): Promise<void> {
  await createDirectories(packsDir, 0o700);
  await writeSelection(packsDir, selection);
}

/** Removes a pack. @returns its id @throws PackError if it is missing, ambiguous, or in use */
export async function removePack(packsDir: string, name: string): Promise<string> {
  const id = await findId(packsDir, name);
  const selection = await readSelection(packsDir);
  const { recognition } = selection;
  if (selection.packs.some((chosen) => packId(chosen) === id) || (recognition && packId(recognition) === id))
    throw new PackError(`model pack ${id}: it is in use; first choose others with \`triface models use\``);
  const away = join(packsDir, `${unfinished}${randomUUID()}`);
  await rename(join(packsDir, id), away);
  await rm(away, { recursive: true, force: true });
  return id;
}

async function listIds(packsDir: string): Promise<string[]> {
  const entries = await readdir(packsDir, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && entry.name.includes('@')).map((entry) => entry.name);
}

async function findId(packsDir: string, name: string): Promise<string> {
  const ids = await listIds(packsDir);
  const found = ids.filter((id) => id === name || id.startsWith(`${name}@`));
  if (found.length === 0)
    throw new PackError(`model pack ${name}: it has not been added; \`triface models list\` shows the added packs`);
  if (found.length > 1)
    throw new PackError(`model pack ${name}: several versions have been added; choose one of ${found.join(', ')}`);
  return found[0]!;
}

function checkWeight(weight: number, id: string): number {
  if (!(weight > 0 && weight <= 1000)) throw new PackError(`model pack ${id}: its weight must be above 0 and at most 1000`);
  return weight;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Removes staging folders left by killed processes. Those younger than an hour may still be in use by another process. */
async function removeUnfinished(packsDir: string): Promise<void> {
  for (const name of (await readdir(packsDir)).filter((entry) => entry.startsWith(unfinished))) {
    const { mtimeMs } = await stat(join(packsDir, name)).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > 3_600_000) await rm(join(packsDir, name), { recursive: true, force: true });
  }
}
