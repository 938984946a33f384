import { analysedSides } from '../src/analysis/analysed-sides.js';
import { type AnalysisRequest, analyzeImage, warmUp } from '../src/analysis/analyze-image.js';
import { loadLivenessFusion } from '../src/analysis/liveness-fusion.js';
import { loadMotionFusion } from '../src/analysis/motion-fusion.js';
import { findLivenessFusion, findModelsDir, findMotionFusion } from '../src/base/installation.js';
import { loadFaceModels } from '../src/inference/face-models.js';

const limits = { maxPixels: 50_000_000, ...analysedSides, timeoutSeconds: 10 };
/** Rounds that are not counted. */
const warmRounds = 20;

/**
 * What a picture costs without a server: the same decoding and models in this thread, no HTTP, no store.
 * @param want what is measured in addition to the default measurements
 * @returns milliseconds of each round
 */
export async function timeBareModels(
  picture: Buffer,
  rounds: number,
  want: Pick<AnalysisRequest, 'embedding' | 'subject'> = {},
): Promise<number[]> {
  const models = await loadFaceModels(findModelsDir(), 'cpu');
  const fusion = loadLivenessFusion(findLivenessFusion());
  const motionFusion = loadMotionFusion(findMotionFusion());
  await warmUp(models, limits, fusion);
  const times: number[] = [];
  for (let i = 0; i < rounds + warmRounds; i++) {
    const start = performance.now();
    await analyzeImage(models, picture, { limits, maxFaces: 1, fusion, motionFusion, ...want });
    if (i >= warmRounds) times.push(performance.now() - start);
  }
  await models.close();
  return times;
}

/** @param part 0..1: 0.5 is the median */
export const percentile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * part)]!;
