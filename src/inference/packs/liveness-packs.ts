import { boundLogit, toLogit, toProbability } from '../../base/logit.js';
import type { Box } from '../../imaging/geometry.js';
import type { RgbImage } from '../../imaging/image.js';
import { shippedName } from './pack-description.js';
import type { PackLiveness } from './pack-liveness.js';

/** The fused score of all liveness models for a face. */
export interface FusedLiveness {
  /** probability of a bona fide presentation, 0..1 */
  readonly probability: number;
  /** score of each model, 0..1, by `shipped` or the pack's name@version */
  readonly scores: Readonly<Record<string, number>>;
}

/**
 * The packs in use. Fuses their scores with Triface's own: the logistic of the weighted mean of the logits, each of them bounded
 * (see `logitLimit`). Fusion helps because models with different training make different errors; docs/model-packs.md has the
 * figures. Without packs, Triface's own score is returned unchanged.
 */
export class LivenessPacks {
  constructor(
    private readonly packs: readonly { readonly pack: PackLiveness; readonly weight: number }[] = [],
    private readonly shippedWeight = 1,
  ) {}

  /** Scores the face in `box` with every pack and fuses the results. @param shipped Triface's own score of the face */
  async fuse(
    image: RgbImage,
    box: Box,
    shipped: { readonly probability: number; readonly logit: number },
  ): Promise<FusedLiveness> {
    const scores: Record<string, number> = { [shippedName]: shipped.probability };
    if (this.packs.length === 0) return { probability: shipped.probability, scores };
    let sum = boundLogit(shipped.logit) * this.shippedWeight;
    let weights = this.shippedWeight;
    for (const { pack, weight } of this.packs) {
      const opinion = await pack.score(image, box);
      scores[pack.id] = opinion;
      sum += toLogit(opinion) * weight;
      weights += weight;
    }
    return { probability: toProbability(sum / weights), scores };
  }

  async close(): Promise<void> {
    await Promise.all(this.packs.map(({ pack }) => pack.close()));
  }
}
