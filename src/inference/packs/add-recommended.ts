import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { commandName } from '../../base/command-name.js';
import { type ActiveSelection, findSelection } from './active-packs.js';
import { type Catalog, findEntry, loadCatalog, type Recommendation } from './catalog.js';
import { descriptionPath, gatherPack } from './gather-pack.js';
import { type PackDescription, packId } from './pack-description.js';
import { PackError } from './pack-error.js';
import { ownFolder } from './pack-folders.js';
import { type PackLimits, packLimits } from './pack-limits.js';
import { type AddOptions, usePacks } from './pack-store.js';
import { type ModelPack, readAddedPack, readPackDescription } from './read-pack.js';
import { placePack, stagePack, withStaging } from './stage-pack.js';

/** What {@link addRecommended} did. */
export interface RecommendedOutcome {
  readonly recommendation: Recommendation;
  /** the packs of the recommendation, in its order */
  readonly packs: readonly ModelPack[];
  /** ids of those that were added now */
  readonly added: readonly string[];
  /** false: they were chosen already, with these weights */
  readonly isNewChoice: boolean;
  /** the choice before; undefined if nothing had been chosen */
  readonly before: ActiveSelection | undefined;
}

/** How to add the recommended packs. */
export type RecommendedOptions = Omit<AddOptions, 'sha256'> & {
  /** called before each file is fetched, with where from */
  readonly onFile?: (file: string, from: string) => void;
};

/**
 * Adds the packs that the catalogue recommends and chooses them with the recommended weights. What is there already is kept, so a
 * run that was killed can be repeated. All packs are collected and checked before the first is moved to its place: if anything
 * fails, nothing is added and the choice is unchanged.
 * @throws PackSourceError if a file cannot be reached; PackError
 */
export async function addRecommended(options: RecommendedOptions): Promise<RecommendedOutcome> {
  const { packsDir, catalogFile, limits = packLimits } = options;
  const catalog = await loadCatalog(catalogFile);
  const { recommended: recommendation } = catalog;
  if (!recommendation) throw new PackError(`model packs: the catalogue ${catalogFile} recommends none`);
  // First, since it can fail.
  const before = await findSelection(packsDir);
  const missing: string[] = [];
  for (const { name, version } of recommendation.packs)
    if (!(await isAdded(packId({ name, version }), name, options))) missing.push(packId({ name, version }));
  if (missing.length > 0)
    await withStaging(ownFolder(packsDir), async (staging) => {
      const staged: ModelPack[] = [];
      for (const id of missing) staged.push(await stageEntry(catalog, id, staging, { ...options, limits }));
      for (const pack of staged) await placePack(ownFolder(packsDir), pack, { staging });
    });
  const isNewChoice = !before || !isSameChoice(before, recommendation);
  if (isNewChoice) await usePacks(packsDir, recommendation.packs.map(toWanted), recommendation.shippedWeight);
  return {
    recommendation,
    packs: await Promise.all(recommendation.packs.map((pack) => readAddedPack(packsDir, packId(pack)))),
    added: missing,
    isNewChoice,
    before,
  };
}

const toWanted = ({ name, version, weight }: Recommendation['packs'][number]) => ({ name: packId({ name, version }), weight });

const isSameChoice = ({ shippedWeight, packs }: ActiveSelection, wanted: Recommendation): boolean =>
  shippedWeight === wanted.shippedWeight && isDeepStrictEqual(packs, wanted.packs);

/**
 * Whether a pack is there and whole.
 * @throws PackError if another one has its name and version
 */
async function isAdded(id: string, name: string, { packsDir, catalogFile }: RecommendedOptions): Promise<boolean> {
  const path = descriptionPath(catalogFile, name);
  const wanted = await readPackDescription(dirname(path), path);
  const found = await readAddedPack(packsDir, id).catch((error: unknown) => {
    // Missing or damaged: it is added again.
    if (error instanceof PackError) return undefined;
    throw error;
  });
  if (found && !isSameModel(found.description, wanted))
    throw new PackError(
      `model pack ${id}: the pack that was added under this name is not the recommended one; remove it first (\`${commandName} models remove ${id}\`)`,
    );
  return found !== undefined;
}

/** Texts and the suggested weight may differ between releases. */
const isSameModel = (a: PackDescription, b: PackDescription): boolean =>
  a.kind === b.kind &&
  isDeepStrictEqual(a.networks, b.networks) &&
  (a.kind !== 'liveness' || b.kind !== 'liveness' || a.combine === b.combine);

async function stageEntry(
  catalog: Catalog,
  id: string,
  staging: string,
  options: RecommendedOptions & { readonly limits: PackLimits },
): Promise<ModelPack> {
  const raw = join(staging, `${id}.raw`);
  await mkdir(raw);
  await gatherPack(findEntry(catalog, id), raw, options);
  return stagePack(raw, join(staging, id), id, options.limits);
}
