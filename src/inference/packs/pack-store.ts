import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, copyFile, lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ActiveSelection, asLiveness, asRecognition, readSelection, writeSelection } from './active-packs.js';
import { checkPack } from './check-pack.js';
import { openSource, type PackSource } from './open-source.js';
import { packId, shippedName } from './pack-description.js';
import { PackError } from './pack-error.js';
import { descriptionFile, type PackLimits, packLimits, textFiles } from './pack-limits.js';
import { type ModelPack, readAddedPack, readPack, readPackDescription } from './read-pack.js';
import { unpackArchive } from './unpack-archive.js';

const unfinished = '.unfinished-';

export interface AddOptions {
  readonly packsDir: string;
  readonly sha256?: string | undefined;
  readonly catalogFile: string;
  readonly limits?: PackLimits;
}

/**
 * Adds a pack: fetched or copied to a place of its own, checked there (description, hashes, every network loaded and run), then moved
 * to its name in one step. Whatever goes wrong, nothing of it stays.
 * @param source a directory, a .tgz, an address, or a name of the catalogue
 * @throws PackError
 */
export async function addPack(source: string, options: AddOptions): Promise<ModelPack> {
  const { packsDir, limits = packLimits } = options;
  const origin = await openSource(source, { ...options, limits });
  await mkdir(packsDir, { recursive: true, mode: 0o700 });
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
  new PackError(`model pack ${id}: it is there already; remove it first, or give the other one another version`);

/** An archive is unpacked; a directory is read where it lies. @returns where the files are */
async function unpack(origin: PackSource, into: string, where: string, limits: PackLimits): Promise<string> {
  if ('directory' in origin) return origin.directory;
  await mkdir(into);
  await unpackArchive(origin.archive, into, where, limits);
  return into;
}

/** Copies what the description names, and the licence; synced, so that the move that follows does not outrun the bytes. */
async function copyPack(from: string, to: string, where: string, limits: PackLimits): Promise<void> {
  const description = await readPackDescription(from, where, limits);
  await mkdir(to, { recursive: true });
  const needed = new Set([descriptionFile, ...description.networks.map(({ file }) => file)]);
  for (const name of [...needed, ...textFiles]) {
    const path = join(from, name);
    const found = await lstat(path).catch(() => undefined);
    if (!found?.isFile()) {
      if (needed.has(name)) throw new PackError(`model pack ${where}: ${name} is ${found ? 'no plain file' : 'missing'}`);
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
  /** its weight when it is in use */
  readonly weight: number | undefined;
  readonly pack: ModelPack | undefined;
  /** what is wrong with it */
  readonly fault: string | undefined;
}

/** Every pack of a directory and every one in use, hashes checked. @throws PackError when the choice itself is unreadable */
export async function listPacks(packsDir: string): Promise<{
  shippedWeight: number /** id of the pack that makes templates; undefined: the shipped model */;
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

/** One pack that is to take part; without a weight it counts as its description says, else 1. */
export interface WantedPack {
  /** NAME, when there is one version of it, or NAME@VERSION */
  readonly name: string;
  readonly weight?: number | undefined;
}

/**
 * The choice of these packs, checked but not made: nothing is written.
 * @throws PackError: not there, ambiguous, broken, for recognition, named twice, or a weight out of range
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
  return {
    ...{ format: 1, shippedWeight: checkWeight(shippedWeight, 'shipped'), packs },
    ...(recognition ? { recognition } : {}),
  };
}

/**
 * Chooses which packs take part from the next start on, in place of those before.
 * @throws PackError as `selectPacks` does; then nothing has changed
 */
export async function usePacks(packsDir: string, wanted: readonly WantedPack[], shippedWeight = 1): Promise<ActiveSelection> {
  const selection = await selectPacks(packsDir, wanted, shippedWeight);
  await choose(packsDir, selection);
  return selection;
}

/**
 * Chooses which pack makes and compares templates from the next start on; what takes part in the liveness score stays.
 * @param name NAME, NAME@VERSION, or `shipped`
 * @returns what is in use now
 * @throws PackError: not there, ambiguous, broken, for liveness; then nothing has changed
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
  await mkdir(packsDir, { recursive: true, mode: 0o700 });
  await writeSelection(packsDir, selection);
}

/** Removes a pack. @returns its id @throws PackError when it is not there, ambiguous, or in use */
export async function removePack(packsDir: string, name: string): Promise<string> {
  const id = await findId(packsDir, name);
  const selection = await readSelection(packsDir);
  const { recognition } = selection;
  if (selection.packs.some((chosen) => packId(chosen) === id) || (recognition && packId(recognition) === id))
    throw new PackError(`model pack ${id}: it is in use; choose others first with \`triface models use\``);
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
  if (found.length === 0) throw new PackError(`model pack ${name}: it is not there; \`triface models list\` shows what is`);
  if (found.length > 1) throw new PackError(`model pack ${name}: say which version: ${found.join(', ')}`);
  return found[0]!;
}

function checkWeight(weight: number, id: string): number {
  if (!(weight > 0 && weight <= 1000)) throw new PackError(`model pack ${id}: a weight is a number above 0, at most 1000`);
  return weight;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** What a killed process left behind; not what another one is working on. */
async function removeUnfinished(packsDir: string): Promise<void> {
  for (const name of (await readdir(packsDir)).filter((entry) => entry.startsWith(unfinished))) {
    const { mtimeMs } = await stat(join(packsDir, name)).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > 3_600_000) await rm(join(packsDir, name), { recursive: true, force: true });
  }
}
