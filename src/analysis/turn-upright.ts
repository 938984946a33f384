import { boxHeight } from '../imaging/geometry.js';
import type { RgbImage } from '../imaging/image.js';
import { type Turn, turnImage } from '../imaging/turn.js';
import type { FaceModels } from '../inference/face-models.js';
import type { FaceObservation } from './observation.js';

/** A face upright in its picture has a mesh logit above this; what is only nearly a face has not. */
const uprightLogit = 15;
/** Below this the mesh network does not see the subject as an upright face. */
const doubtfulLogit = 9;
/** The landmark models disagree by more than this, in eye distances, on faces that do not stand upright (0.04 on those that do). */
const doubtfulDisagreement = 0.12;

/** Whether a picture may be turned: no face in it, or one that looks like none. Costs nothing where the subject stands upright. */
export const seemsTurned = (subject: FaceObservation | undefined): boolean =>
  subject === undefined ||
  (subject.occlusionSignals.meshLogit < doubtfulLogit && subject.occlusionSignals.landmarkDisagreement > doubtfulDisagreement);

/**
 * Tries a picture in the three other positions, as cameras that write no EXIF orientation leave it.
 * @returns the turn after which a clear upright face is found, with the turned picture; undefined when there is none
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
