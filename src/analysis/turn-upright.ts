import { boxHeight } from '../imaging/geometry.js';
import type { RgbImage } from '../imaging/image.js';
import { type Turn, turnImage } from '../imaging/turn.js';
import type { FaceModels } from '../inference/face-models.js';
import type { FaceObservation } from './observation.js';

/** An upright face has a mesh logit above this; something that only resembles a face does not. */
const uprightLogit = 15;
/** Mesh logit below which the subject may not be an upright face. */
const doubtfulLogit = 9;
/** The landmark models disagree by more than this, in eye distances, on faces that are not upright (0.04 on upright ones). */
const doubtfulDisagreement = 0.12;

/** Whether a picture may need to be turned: it has no face, or the subject does not look like an upright face. */
export const seemsTurned = (subject: FaceObservation | undefined): boolean =>
  subject === undefined ||
  (subject.occlusionSignals.meshLogit < doubtfulLogit && subject.occlusionSignals.landmarkDisagreement > doubtfulDisagreement);

/**
 * Tries the three other orientations, since some cameras do not write an EXIF orientation.
 * @returns the turn that gives a clear upright face, with the turned picture; undefined if there is none
 */
export async function turnUpright(
  models: FaceModels,
  image: RgbImage,
): Promise<{ readonly turn: Turn; readonly image: RgbImage } | undefined> {
  for (const turn of [90, 270, 180] as const) {
    const turned = turnImage(image, turn);
    const found = await models.detector.detect(turned);
    const [largest] = found.sort((p, q) => boxHeight(q.box) - boxHeight(p.box));
    if (largest && (await models.mesh.locate(turned, largest.box)).faceLogit >= uprightLogit) return { turn, image: turned };
  }
  return undefined;
}
