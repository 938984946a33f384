import type { ImageObservation } from '../analysis/observation.js';
import { toLogit, toProbability } from '../base/logit.js';
import { fuse } from './learn-weights.js';

/** Weight by liveness model, `shipped` first. */
export type ModelWeights = Readonly<Record<string, number>>;

/** Whether two fusions are the same: the same models with the same weights. */
export const isSameFusion = (a: ModelWeights, b: ModelWeights): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([model, weight]) => b[model] === weight);

/**
 * The observation that other weights would have given. The stored scores of the models have seven decimals, so the fused score
 * may differ from the server's by less than 0.0001; a single model's score is exact.
 * @param weights each of its models was measured
 */
export function reweigh(image: ImageObservation, weights: ModelWeights): ImageObservation {
  const models = Object.keys(weights);
  const inUse = Object.values(weights);
  const faces = image.faces.map((face) => {
    const scores = models.map((model) => face.livenessScores[model]!);
    // A single model's score is not bounded.
    const liveness = models.length === 1 ? scores[0]! : toProbability(fuse(scores.map(toLogit), inUse));
    // As in the analysis: what is no photograph has no higher score, regardless of the models.
    return { ...face, liveness: Math.round(Math.min(liveness, face.photographic) * 1e7) / 1e7 };
  });
  return { ...image, faces };
}
