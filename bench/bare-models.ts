import { analysedSides } from '../src/analysis/analysed-sides.js';
import { type AnalysisRequest, analyzeImage, warmUp } from '../src/analysis/analyze-image.js';
import { loadLivenessFusion } from '../src/analysis/liveness-fusion.js';
import { loadMotionFusion } from '../src/analysis/motion-fusion.js';
import type { ImageObservation } from '../src/analysis/observation.js';
import { findLivenessFusion, findModelsDir, findMotionFusion } from '../src/base/installation.js';
import { loadFaceModels } from '../src/inference/face-models.js';

/** The server's default of TRIFACE_MAX_IMAGE_PIXELS, and its fixed limits. */
const limits = { maxPixels: 67_108_864, ...analysedSides, timeoutSeconds: 10 };
/** Rounds that are not counted. */
const warmRounds = 20;

/** The same decoding and models as the server's in this thread on the CPU, without HTTP and store. */
export interface BareLoop {
  /**
   * Analyses a picture.
   * @param want what is measured in addition to the default measurements; `maxFaces` is 1 by default
   * @throws DecodeError
   */
  look(
    picture: Buffer,
    want?: Pick<AnalysisRequest, 'embedding' | 'subject'> & { readonly maxFaces?: number },
  ): Promise<ImageObservation>;
  close(): Promise<void>;
}

/** Loads the models and runs each of them once. */
export async function openBareLoop(): Promise<BareLoop> {
  const models = await loadFaceModels(findModelsDir(), 'cpu');
  const fusion = loadLivenessFusion(findLivenessFusion());
  const motionFusion = loadMotionFusion(findMotionFusion());
  await warmUp(models, limits, fusion);
  return {
    look: (picture, want) => analyzeImage(models, picture, { limits, maxFaces: 1, fusion, motionFusion, ...want }),
    close: () => models.close(),
  };
}

/**
 * What a picture costs without a server.
 * @param want what is measured in addition to the default measurements
 * @returns milliseconds of each round
 */
export async function timeBareModels(
  picture: Buffer,
  rounds: number,
  want: Pick<AnalysisRequest, 'embedding' | 'subject'> = {},
): Promise<number[]> {
  const loop = await openBareLoop();
  const times: number[] = [];
  for (let i = 0; i < rounds + warmRounds; i++) {
    const start = performance.now();
    await loop.look(picture, want);
    if (i >= warmRounds) times.push(performance.now() - start);
  }
  await loop.close();
  return times;
}

/** @param part 0..1: 0.5 is the median */
export const percentile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * part)]!;
