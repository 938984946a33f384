import type { WeightSuggestion } from '../../evaluation/suggest-weights.js';
import { type ActivePacks, readActivePacks, readSelectedPacks } from '../../inference/packs/active-packs.js';
import { shippedName } from '../../inference/packs/pack-description.js';
import { PackError } from '../../inference/packs/pack-error.js';
import type { PackFolders } from '../../inference/packs/pack-folders.js';
import { selectPacks, usePacks } from '../../inference/packs/pack-store.js';

/**
 * The packs that an evaluation measures: those in use, or the named ones, each with the weight that `triface models use` would
 * give it.
 * @param names NAME or NAME@VERSION of added packs; undefined for those in use
 * @throws PackError
 */
export const readMeasuredPacks = async (packsDir: PackFolders, names: readonly string[] | undefined): Promise<ActivePacks> =>
  names
    ? readSelectedPacks(
        packsDir,
        await selectPacks(
          packsDir,
          names.map((name) => ({ name })),
        ),
      )
    : readActivePacks(packsDir);

/** Weight by model, `shipped` first, as the server fuses them. */
export const weightsOf = ({ shippedWeight, packs }: ActivePacks): Record<string, number> => ({
  [shippedName]: shippedWeight,
  ...Object.fromEntries(packs.map(({ pack, weight }) => [pack.id, weight])),
});

/** Checks that there is a pack to weigh, before hours of measuring. @throws PackError if there is none */
export function demandPacks({ packs }: ActivePacks): void {
  if (packs.length === 0)
    throw new PackError(
      '--apply-weights: no model pack is in use; name added packs with --packs, or choose them with `triface models use`',
    );
}

/** Puts suggested weights into use, if there are any. @returns a message for the operator: what was done */
export async function applyWeights(packsDir: PackFolders, suggestion: WeightSuggestion | null): Promise<string> {
  if (!suggestion?.suggested) return 'No weights were suggested. The choice of packs was not changed.';
  const { [shippedName]: shipped = 1, ...others } = suggestion.suggested;
  const wanted = Object.entries(others).flatMap(([name, weight]) => (weight > 0 ? [{ name, weight }] : []));
  await usePacks(packsDir, wanted, shipped);
  return `Applied: ${suggestion.command}\nRestart the server to load the packs.`;
}
