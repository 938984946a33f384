import { toProbability } from '../base/logit.js';
import type { OcclusionSignals } from './observation.js';

/** Sharpness below which the mesh network doubts a face because it is blurred: quality is below 0.5 then. */
const blurred = 0.02;
/** Evidence at which the occlusion is 0.9, the threshold that contract C's vendor uses for covered faces. */
const fence = 0.5;

/**
 * Confidence that something covers the face, 0..1; above 0.9 it counts as covered. It is a logistic function of the strongest
 * sign: a mask (the mesh network doubts the face and the mouth is not skin-coloured), dark or tinted glasses, or a patch over one
 * eye.
 *
 * The weights were set by hand on labelled pictures. Masked faces have a mesh logit of at most 14 and a mouth colour of at least
 * 15; clear bona fide faces have at least 16.8 and at most 26. A hand over the mouth changes none of these.
 *
 * Tinted lenses count only if the eye network is certain that there is no open eye, and are distinguished from closed lids by
 * colour, since lids are skin-coloured. In such cases tinted glasses had a chroma distance of 40, bona fide eyes at most 21.2
 * (docs/decisions/0015-small-faces-and-glasses.md).
 *
 * Lenses and cloths are also seen by the skin that they hide: under the eyes, around the mouth. Each place is compared with all skin
 * above and below it, so that a beard, a shadow or dark rings differ from one but not from all. In bona fide selfies and webcam
 * pictures the lens measure is at most 9 where no open eye is seen and 16.4 otherwise, the cloth measure 11.3
 * (docs/decisions/0025-confirmed-detections.md).
 *
 * @param sharpness of the face: blur makes the mesh network doubt it as a mask does
 */
export function rateOcclusion(signals: OcclusionSignals, sharpness: number): number {
  // The mesh network also doubts blurred faces, profiles and tiny faces, but these have a skin-coloured mouth region.
  const isBlurred = sharpness < blurred;
  const mask = signals.mouthColour < 14.5 || isBlurred ? 0 : (signals.mouthColour - 20) * 0.12 + (12 - signals.meshLogit) * 0.3;
  const { lensColour = 0, clothColour = 0 } = signals;
  const lens = (lensColour - (signals.eyesUnseen > 0.4 ? 12 : 18)) / 3 + fence;
  const cloth = (clothColour - 12) / 3 + fence;
  const dark = (0.33 - signals.eyeDarkness) * 10 + fence;
  const tinted = signals.eyesUnseen > 0.9 ? (signals.eyeColour - 30) / 10 + fence : Number.NEGATIVE_INFINITY;
  const patch = (signals.eyeAsymmetry - 1) * 3 + fence;
  const evidence = Math.max(mask, dark, tinted, patch, lens, cloth);
  return toProbability(2 * (evidence - fence) + Math.log(9));
}
