import { commandName } from '../../base/command-name.js';
import { findPackCatalog } from '../../base/installation.js';
import type { ModelWeights } from '../../evaluation/reweigh.js';
import type { WeightSuggestion } from '../../evaluation/suggest-weights.js';
import { type ActivePacks, readActivePacks, readSelectedPacks } from '../../inference/packs/active-packs.js';
import { loadCatalog } from '../../inference/packs/catalog.js';
import { packId, shippedName } from '../../inference/packs/pack-description.js';
import { PackError } from '../../inference/packs/pack-error.js';
import type { PackFolders } from '../../inference/packs/pack-folders.js';
import { selectPacks, usePacks, type WantedPack } from '../../inference/packs/pack-store.js';
import { changeChoice } from '../change-packs.js';

/**
 * The packs that an evaluation measures: those in use, or the named ones.
 * @param names added packs, for example `a,b@1.0`; each with `*WEIGHT`, or with the weight that `triface models use` would give
 *   it. `shipped*WEIGHT` weighs the shipped model. `none` is the shipped model alone, and `recommended` are the catalogue's packs
 *   with its weights. Undefined for the packs in use
 * @throws PackError
 */
export async function readMeasuredPacks(packsDir: PackFolders, names: string | undefined): Promise<ActivePacks> {
  if (names === undefined) return readActivePacks(packsDir);
  if (names.trim() === 'recommended') return readRecommendedPacks(packsDir);
  const wanted = names.trim() === 'none' ? [] : names.split(',').map(readWanted);
  const shipped = wanted.find(({ name }) => name === shippedName)?.weight;
  const others = wanted.filter(({ name }) => name !== shippedName);
  return readSelectedPacks(packsDir, await selectPacks(packsDir, others, shipped));
}

async function readRecommendedPacks(packsDir: PackFolders): Promise<ActivePacks> {
  const { recommended } = await loadCatalog(findPackCatalog());
  if (!recommended) throw new PackError('model packs: the catalogue recommends none; name added packs instead');
  const wanted = recommended.packs.map((pack): WantedPack => ({ name: packId(pack), weight: pack.weight }));
  return readSelectedPacks(packsDir, await selectPacks(packsDir, wanted, recommended.shippedWeight));
}

/** `a` or `a*0.5` */
function readWanted(text: string): WantedPack {
  const [name = '', weight] = text.split('*').map((part) => part.trim());
  return { name, weight: weight === undefined ? undefined : Number(weight || Number.NaN) };
}

/** All packs of both, so that one engine measures both. A pack of both gets the first one's weight. */
export const joinPacks = (first: ActivePacks, second: ActivePacks): ActivePacks => ({
  ...first,
  packs: [...first.packs, ...second.packs.filter(({ pack }) => !first.packs.some((other) => other.pack.id === pack.id))],
});

/** Weight by model, `shipped` first, as the server fuses them. */
export const weightsOf = ({ shippedWeight, packs }: ActivePacks): ModelWeights => ({
  [shippedName]: shippedWeight,
  ...Object.fromEntries(packs.map(({ pack, weight }) => [pack.id, weight])),
});

/** Checks that there is a pack to weigh, before hours of measuring. @throws PackError if there is none */
export function demandPacks(weights: ModelWeights): void {
  if (Object.keys(weights).length < 2)
    throw new PackError(
      `--apply-weights: no model pack is in use; name added packs with --packs, or choose them with \`${commandName} models use\``,
    );
}

/** Puts suggested weights into use, if there are any. @returns a message for the operator: what was done */
export async function applyWeights(packsDir: PackFolders, suggestion: WeightSuggestion | null): Promise<string> {
  if (!suggestion?.suggested) return 'No weights were suggested. The choice of packs was not changed.';
  const { [shippedName]: shipped = 1, ...others } = suggestion.suggested;
  const wanted = Object.entries(others).flatMap(([name, weight]) => (weight > 0 ? [{ name, weight }] : []));
  await changeChoice('evaluate', packsDir, () => usePacks(packsDir, wanted, shipped));
  return `Applied: ${suggestion.command}\nRestart the server to load the packs.`;
}
