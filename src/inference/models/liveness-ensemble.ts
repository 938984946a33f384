import type { Box } from '../../imaging/geometry.js';
import type { RgbImage } from '../../imaging/image.js';
import { shippedName } from '../packs/pack-description.js';
import { boundLogit, toLogit, toProbability } from './logit.js';
import type { PackLiveness } from './pack-liveness.js';
import type { PassiveLiveness } from './passive-liveness.js';

/** What all liveness models together make of a face. */
export interface EnsembleScore {
  /** probability of a bona fide presentation, 0..1 */
  readonly probability: number;
  /** what each model says by itself, 0..1, by `shipped` and name@version of the packs */
  readonly scores: Readonly<Record<string, number>>;
  /** views the shipped model took, 1 or 6 */
  readonly views: number;
}

/**
 * The shipped liveness model and the packs in use: the logistic of the weighted mean of their logits, each bounded (see
 * `logitLimit`). Models of different training err
 * differently; docs/model-packs.md has the figures. Without packs it is the shipped model's score to the last digit.
 */
export class LivenessEnsemble {
  constructor(
    private readonly shipped: PassiveLiveness,
    private readonly packs: readonly { readonly pack: PackLiveness; readonly weight: number }[] = [],
    private readonly shippedWeight = 1,
  ) {}

  async score(image: RgbImage, box: Box): Promise<EnsembleScore> {
    const { probability, logit, views } = await this.shipped.score(image, box);
    if (this.packs.length === 0) return { probability, scores: { [shippedName]: probability }, views };
    const scores: Record<string, number> = { [shippedName]: probability };
    let sum = boundLogit(logit) * this.shippedWeight;
    let weights = this.shippedWeight;
    for (const { pack, weight } of this.packs) {
      const opinion = await pack.score(image, box);
      scores[pack.id] = opinion;
      sum += toLogit(opinion) * weight;
      weights += weight;
    }
    return { probability: toProbability(sum / weights), scores, views };
  }
}
