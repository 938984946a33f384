import { toProbability } from '../base/logit.js';
import type { OcclusionSignals } from './observation.js';

/** `covered` = 0.9, the fence that contract C's vendor uses, lies where the evidence reaches this. */
const fence = 0.5;

/**
 * How surely something covers the face, 0..1; above 0.9 it counts as covered. A logistic of the strongest hint:
 * a mask (the mesh network doubts the face, and the mouth is not skin-coloured), dark or tinted glasses, a patch over one eye.
 * Weights were set by hand on labelled pictures: masked faces have a mesh logit of at most 14 and a mouth colour of at least 15,
 * clear bona fide ones at least 16.8 and at most 26. A hand over the mouth moves none of these.
 * Tinted lenses count where the eye network is sure to see no open eye: a shut lid has the colour of skin. Where it is sure, a tinted pair was
 * at a distance of 40 in chroma, bona fide eyes at most at 21.2 (docs/decisions/0015-small-faces-and-glasses.md).
 */
export function rateOcclusion(signals: OcclusionSignals): number {
  // Blur, profiles and tiny faces make the mesh doubt as well, but leave the mouth the colour of skin.
  const mask = signals.mouthColour < 14.5 ? 0 : (signals.mouthColour - 20) * 0.12 + (12 - signals.meshLogit) * 0.3;
  const dark = (0.33 - signals.eyeDarkness) * 10 + fence;
  const tinted = signals.eyesUnseen > 0.9 ? (signals.eyeColour - 30) / 10 + fence : Number.NEGATIVE_INFINITY;
  const patch = (signals.eyeAsymmetry - 1) * 3 + fence;
  const evidence = Math.max(mask, dark, tinted, patch);
  return toProbability(2 * (evidence - fence) + Math.log(9));
}
