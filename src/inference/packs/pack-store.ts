import { lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { commandName } from '../../base/command-name.js';
import { type ActiveSelection, asLiveness, asRecognition, readSelection, writeSelection } from './active-packs.js';
import { gatherPack } from './gather-pack.js';
import { openSource, type PackSource } from './open-source.js';
import { packId, shippedName } from './pack-description.js';
import { PackError } from './pack-error.js';
import { listFolders, ownFolder, type PackFolders } from './pack-folders.js';
import { type PackLimits, packLimits } from './pack-limits.js';
import { type ModelPack, readAddedPack } from './read-pack.js';
import { discardPack, placePack, stagePack, withStaging } from './stage-pack.js';
import { unpackArchive } from './unpack-archive.js';

/** How to add a pack. */
export interface AddOptions {
  readonly packsDir: PackFolders;
  readonly sha256?: string | undefined;
  readonly catalogFile: string;
  /** for a catalogue name: a folder or base URL that has the files, instead of the pinned URLs */
  readonly from?: string | undefined;
  readonly limits?: PackLimits;
  /** interrupts the download of a catalogue's pack; rejects with its reason */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Adds a pack. It is downloaded or copied to a staging folder, checked there (description, hashes, every network loaded and run),
 * then moved to its final name atomically. If anything fails, nothing of it remains.
 * @param source a directory, a .tgz file, a URL, or a catalogue name
 * @throws PackError
 */
export async function addPack(source: string, options: AddOptions): Promise<ModelPack> {
  const { limits = packLimits } = options;
  const folder = ownFolder(options.packsDir);
  const origin = await openSource(source, { ...options, limits });
  return withStaging(folder, async (staging) => {
    const raw = await collect(origin, join(staging, 'raw'), source, { ...options, limits });
    const pack = await stagePack(raw, join(staging, 'pack'), source, limits);
    return { ...pack, directory: await placePack(folder, pack) };
  });
}

/** Unpacks an archive or gathers files; a directory is used in place. @returns the folder of the files */
async function collect(
  origin: PackSource,
  into: string,
  where: string,
  options: AddOptions & { readonly limits: PackLimits },
): Promise<string> {
  if ('directory' in origin) return origin.directory;
  await mkdir(into);
  if ('entry' in origin) await gatherPack(origin.entry, into, options);
  else await unpackArchive(origin.archive, into, where, options.limits);
  return into;
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
export async function listPacks(packsDir: PackFolders): Promise<{
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
export async function selectPacks(
  packsDir: PackFolders,
  wanted: readonly WantedPack[],
  shippedWeight = 1,
): Promise<ActiveSelection> {
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
export async function usePacks(
  packsDir: PackFolders,
  wanted: readonly WantedPack[],
  shippedWeight = 1,
): Promise<ActiveSelection> {
  const selection = await selectPacks(packsDir, wanted, shippedWeight);
  await writeSelection(packsDir, selection);
  return selection;
}

/**
 * Stores which pack creates and compares templates from the next start on. The liveness packs in use stay.
 * @param name NAME, NAME@VERSION, or `shipped`
 * @returns id of the pack chosen, or `shipped`
 * @throws PackError if the pack is missing, ambiguous, invalid or a liveness pack; the choice is then unchanged
 */
export async function useRecognitionPack(packsDir: PackFolders, name: string): Promise<string> {
  const { recognition: _, ...others } = await readSelection(packsDir);
  if (name === shippedName) {
    await writeSelection(packsDir, others);
    return shippedName;
  }
  const { description, id } = asRecognition(await readAddedPack(packsDir, await findId(packsDir, name)));
  await writeSelection(packsDir, { ...others, recognition: { name: description.name, version: description.version } });
  return id;
}

/** Removes a pack. @returns its id @throws PackError if it is missing, ambiguous, or in use */
export async function removePack(packsDir: PackFolders, name: string): Promise<string> {
  const id = await findId(packsDir, name);
  const selection = await readSelection(packsDir);
  const { recognition } = selection;
  if (selection.packs.some((chosen) => packId(chosen) === id) || (recognition && packId(recognition) === id))
    throw new PackError(`model pack ${id}: it is in use; first choose others with \`${commandName} models use\``);
  if (!(await lstat(join(ownFolder(packsDir), id)).catch(() => undefined)))
    throw new PackError(
      `model pack ${id}: it is part of the installation; \`${commandName} models use\` decides whether it is used`,
    );
  await discardPack(ownFolder(packsDir), id);
  return id;
}

async function listIds(packsDir: PackFolders): Promise<string[]> {
  const ids = new Set<string>();
  for (const folder of listFolders(packsDir))
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => []))
      if (entry.isDirectory() && entry.name.includes('@')) ids.add(entry.name);
  return [...ids];
}

async function findId(packsDir: PackFolders, name: string): Promise<string> {
  const ids = await listIds(packsDir);
  const found = ids.filter((id) => id === name || id.startsWith(`${name}@`));
  if (found.length === 0)
    throw new PackError(`model pack ${name}: it has not been added; \`${commandName} models list\` shows the added packs`);
  if (found.length > 1)
    throw new PackError(`model pack ${name}: several versions have been added; choose one of ${found.join(', ')}`);
  return found[0]!;
}

function checkWeight(weight: number, id: string): number {
  if (!(weight > 0 && weight <= 1000)) throw new PackError(`model pack ${id}: its weight must be above 0 and at most 1000`);
  return weight;
}
