import { type Box, boxHeight, scaleBox } from '../imaging/geometry.js';
import type { RgbImage } from '../imaging/image.js';
import { shrink } from '../imaging/shrink.js';
import { type Turn, turnImage } from '../imaging/turn.js';
import type { FaceModels } from '../inference/face-models.js';
import { detectorFactor } from '../inference/models/ultra-light-detector.js';
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
    const [largest] = (await detectTurned(models, image, turn)).sort((p, q) => boxHeight(q) - boxHeight(p));
    if (!largest) continue;
    const turned = turnImage(image, turn);
    if ((await models.mesh.locate(turned, largest)).faceLogit >= uprightLogit) return { turn, image: turned };
  }
  return undefined;
}

/**
 * The detector's boxes in the turned picture. The picture is shrunk before it is turned and not after, which is several times cheaper and
 * gives the same pixels: most pictures without an upright face have none in any orientation.
 */
async function detectTurned({ detector }: FaceModels, image: RgbImage, turn: Turn): Promise<Box[]> {
  const size = turn === 180 ? image : { width: image.height, height: image.width };
  const factor = detectorFactor(size);
  const shrunk = turnImage(shrink(image, factor, { left: turn !== 90, top: turn !== 270 }), turn);
  const field = { x1: 0, y1: 0, x2: size.width / factor, y2: size.height / factor };
  return (await detector.detect(shrunk, field)).map(({ box }) => scaleBox(box, factor));
}
