import type { WeightSuggestion } from '../../evaluation/suggest-weights.js';
import { type ActivePacks, readActivePacks, readSelectedPacks } from '../../inference/packs/active-packs.js';
import { shippedName } from '../../inference/packs/pack-description.js';
import { PackError } from '../../inference/packs/pack-error.js';
import { selectPacks, usePacks } from '../../inference/packs/pack-store.js';

/**
 * The packs that an evaluation measures: those in use, or these, each with the weight that `triface models use` would give it.
 * @param names NAME or NAME@VERSION of packs that are added
 * @throws PackError
 */
export const readMeasuredPacks = async (packsDir: string, names: readonly string[] | undefined): Promise<ActivePacks> =>
  names
    ? readSelectedPacks(
        packsDir,
        await selectPacks(
          packsDir,
          names.map((name) => ({ name })),
        ),
      )
    : readActivePacks(packsDir);

/** Weight by model, `shipped` first: the fusion as it is served. */
export const weightsOf = ({ shippedWeight, packs }: ActivePacks): Record<string, number> => ({
  [shippedName]: shippedWeight,
  ...Object.fromEntries(packs.map(({ pack, weight }) => [pack.id, weight])),
});

/** Before hours of measuring. @throws PackError when there is nothing to weigh */
export function demandPacks({ packs }: ActivePacks): void {
  if (packs.length === 0)
    throw new PackError(
      '--apply-weights: no model pack takes part; add one and name it with --packs, or choose it with `triface models use`',
    );
}

/** Puts suggested weights in use, if there are any. @returns what was done, for the operator */
export async function applyWeights(packsDir: string, suggestion: WeightSuggestion | null): Promise<string> {
  if (!suggestion?.suggested) return 'No weights were suggested: the choice of packs was left alone.';
  const { [shippedName]: shipped = 1, ...others } = suggestion.suggested;
  const wanted = Object.entries(others).flatMap(([name, weight]) => (weight > 0 ? [{ name, weight }] : []));
  await usePacks(packsDir, wanted, shipped);
  return `Applied: ${suggestion.command}\nRestart the server: packs are loaded at its start.`;
}
