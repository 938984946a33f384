import { boundLogit, toLogit, toProbability } from '../../base/logit.js';
import type { Box } from '../../imaging/geometry.js';
import type { RgbImage } from '../../imaging/image.js';
import { shippedName } from './pack-description.js';
import type { PackLiveness } from './pack-liveness.js';

/** What all liveness models together make of a face. */
export interface FusedLiveness {
  /** probability of a bona fide presentation, 0..1 */
  readonly probability: number;
  /** what each model says by itself, 0..1, by `shipped` and name@version of the packs */
  readonly scores: Readonly<Record<string, number>>;
}

/**
 * The packs in use, and their fusion with what Triface itself says: the logistic of the weighted mean of the logits, each bounded (see
 * `logitLimit`). Models of different training err differently; docs/model-packs.md has the figures. Without packs Triface's own score
 * stands to the last digit.
 */
export class LivenessPacks {
  constructor(
    private readonly packs: readonly { readonly pack: PackLiveness; readonly weight: number }[] = [],
    private readonly shippedWeight = 1,
  ) {}

  /** @param shipped what Triface itself says of the face in `box` */
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
