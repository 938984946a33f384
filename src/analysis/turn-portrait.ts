import { boxHeight } from '../imaging/geometry.js';
import type { RgbImage } from '../imaging/image.js';
import { type Turn, turnImage } from '../imaging/turn.js';
import type { FaceModels } from '../inference/face-models.js';
import type { FaceDetection } from '../inference/models/face-detection.js';
import { meshTo68 } from '../inference/models/face-mesh.js';
import { landmarkDisagreement } from './landmark-disagreement.js';
import type { OcclusionSignals } from './observation.js';

/** What tells an upright face from one that is turned, or from a pattern that resembles a face. */
export type Support = Pick<OcclusionSignals, 'meshLogit' | 'landmarkDisagreement'>;

// Measured on drawn cards (docs/decisions/0032-documents.md).
const uprightLogit = 9;
const uprightDisagreement = 0.1;
const uprightWeight = -9;
/** Mesh logit from which on a portrait shows the face so well that a low similarity means another person. */
const undisturbedLogit = 15;
/** Weighs an eye distance of disagreement against the logit, so that both tell orientations apart. */
const disagreementWeight = 50;
/** Detections examined per detector and orientation, the largest first: a portrait is never far from the largest. */
const maxDetections = 3;

/** Whether a portrait is upright: patterns printed over it lower the logit, but the landmark models still agree. */
export const isPortraitUpright = (support: Support): boolean =>
  support.meshLogit >= uprightLogit || (support.landmarkDisagreement <= uprightDisagreement && weigh(support) >= uprightWeight);

/** Whether a portrait is clear enough to say that it shows somebody else. */
export const isPortraitClear = (support: Support): boolean =>
  support.meshLogit >= undisturbedLogit && support.landmarkDisagreement <= uprightDisagreement;

const weigh = (support: Support): number => support.meshLogit - disagreementWeight * support.landmarkDisagreement;

/**
 * Tries all orientations of a document, and takes the one that supports a face best.
 * @returns the turn, with the turned picture; undefined if the picture is best as it is, or has no face in any orientation
 */
export async function turnPortrait(
  models: FaceModels,
  image: RgbImage,
): Promise<{ readonly turn: Turn; readonly image: RgbImage } | undefined> {
  let best: { readonly turn: Turn | 0; readonly image: RgbImage; readonly support: Support } | undefined;
  for (const turn of [0, 90, 270, 180] as const) {
    const turned = turn === 0 ? image : turnImage(image, turn);
    for (const detector of [models.detector, models.secondDetector]) {
      const found = (await detector.detect(turned)).sort((p, q) => boxHeight(q.box) - boxHeight(p.box));
      for (const detection of found.slice(0, maxDetections)) {
        const support = await measureSupport(models, turned, detection);
        if (!best || weigh(support) > weigh(best.support)) best = { turn, image: turned, support };
      }
    }
    if (best && isPortraitClear(best.support)) break;
  }
  return best && best.turn !== 0 ? { turn: best.turn, image: best.image } : undefined;
}

async function measureSupport(models: FaceModels, image: RgbImage, { box }: FaceDetection): Promise<Support> {
  const mesh = await models.mesh.locate(image, box);
  const points = await models.landmarks.locate(image, box);
  return { meshLogit: mesh.faceLogit, landmarkDisagreement: landmarkDisagreement(points, meshTo68(mesh)) };
}
