import { type FacePixels, measureFace } from '../imaging/face-pixels.js';
import type { Box, Point } from '../imaging/geometry.js';
import type { RgbImage } from '../imaging/image.js';
import { measurePeriodicity } from '../imaging/periodicity.js';
import { measureStraightEdges } from '../imaging/straight-edges.js';
import type { FaceModels } from '../inference/face-models.js';
import { type FaceMesh, meshTo68, meshToFive } from '../inference/models/face-mesh.js';
import { landmarkDisagreement } from './landmark-disagreement.js';
import { fuseLiveness, type LivenessFusion } from './liveness-fusion.js';
import type { FaceObservation, LivenessSignals, PhotographSignals } from './observation.js';
import { ratePhotographic } from './photographic.js';
import { measurePictureTexture } from './picture-texture.js';

/** A face that was found, with the points of both landmark models. */
export interface LocatedFace {
  readonly box: Box;
  readonly mesh: FaceMesh;
  /** 68 points of the landmark network */
  readonly points: readonly Point[];
}

/** The liveness of a face in one picture, and what it is made of. */
export interface ScoredFace
  extends Pick<
    FaceObservation,
    | 'liveness'
    | 'livenessSignals'
    | 'livenessScores'
    | 'livenessViews'
    | 'photographic'
    | 'photographSignals'
    | 'noise'
    | 'blockiness'
  > {
  readonly pixels: FacePixels;
  readonly landmarkDisagreement: number;
}

/** Disagreement of the landmark models, in eye distances, from which on it is unknown where skin, eyes and lips are. */
const mostDisagreement = 0.35;

/**
 * Scores a face with the networks in use, and limits the score by the signs that the picture is no photograph.
 * @param isDecided whether a verdict depends on the score; see PassiveLiveness
 */
export async function scoreLiveness(
  models: Pick<FaceModels, 'liveness' | 'livenessPacks'>,
  image: RgbImage,
  { box, mesh, points }: LocatedFace,
  fusion: LivenessFusion,
  isDecided = true,
): Promise<ScoredFace> {
  const network = await models.liveness.score(image, box, isDecided);
  const livenessSignals: LivenessSignals = {
    network: network.logit,
    periodicity: measurePeriodicity(image, box),
    straightEdges: measureStraightEdges(image, box),
  };
  const fused = await models.livenessPacks.fuse(image, box, fuseLiveness(livenessSignals, fusion));
  const pixels = measureFace(image, meshToFive(mesh));
  const disagreement = landmarkDisagreement(points, meshTo68(mesh));
  const { grain, signs } = measurePictureTexture(image, box);
  const { skinRed, polarity } = pixels;
  const photographSignals: PhotographSignals = disagreement <= mostDisagreement ? { ...signs, skinRed, polarity } : signs;
  const photographic = ratePhotographic(photographSignals, grain.blockiness);
  return {
    ...grain,
    liveness: roundScore(Math.min(fused.probability, photographic)),
    livenessSignals,
    livenessScores: Object.fromEntries(Object.entries(fused.scores).map(([model, score]) => [model, roundScore(score)])),
    livenessViews: network.views,
    photographic,
    photographSignals,
    pixels,
    landmarkDisagreement: disagreement,
  };
}

/** Seven digits, as every contract shows a score. */
export const roundScore = (probability: number): number => Math.round(probability * 1e7) / 1e7;
