import type { PhotographSignals } from './observation.js';
import { piecewise } from './piecewise.js';

/** From this block grid on, compression alone leaves flat cells and few tones. */
const strongCompression = 6;
/** The least rating by tones and strokes then: not enough to accept the picture, and not enough to call it an attack. */
const undecided = 0.45;

/**
 * Confidence that the picture is a photograph of a face, 1 … 0 (drawn, posterised, painted, dithered, inverted, or in false
 * colours). The liveness networks know photographs only, and rate a six-tone comic higher than the photograph it was made from.
 * The liveness score of a picture is therefore at most this.
 *
 * It is the *least* of four signs, so that a low value always has a single cause. The knots lie beyond every bona fide picture
 * measured (docs/decisions/0026-pictures-of-nobody.md); a sign that could not be measured is left out.
 * @param blockiness strength of the block grid of strong compression, 1: none
 */
export function ratePhotographic(signals: PhotographSignals, blockiness = 1): number {
  const texture = Math.min(rateTones(signals, blockiness), rateStrokes(signals));
  return Math.min(blockiness < strongCompression ? texture : Math.max(undecided, texture), rateColours(signals));
}

/**
 * Light on skin fills all tones; a drawing, few colours or black and white do not. Compression leaves out tones, too: by as much
 * as its block grid shows.
 */
function rateTones({ toneSteps }: PhotographSignals, blockiness: number): number {
  if (toneSteps === undefined) return 1;
  return piecewise(toneSteps - 0.08 * Math.max(0, blockiness - 2.2), [
    [0.24, 1],
    [0.36, 0],
  ]);
}

/** Brush strokes and cells of one colour: isolated, strong steps between plain areas. */
function rateStrokes({ edges, nextStep }: PhotographSignals): number {
  if (edges === undefined || nextStep === undefined) return 1;
  return piecewise(Math.log(edges) - 3 * Math.abs(nextStep), [
    [3.1, 1],
    [3.4, 0],
  ]);
}

/**
 * Skin is redder than grey in any light that a camera balances: exchanged channels are far from it. Brows, eyes and lips are darker
 * than skin, except in a negative.
 */
function rateColours({ skinRed = 0, polarity = 1 }: PhotographSignals): number {
  const red = piecewise(skinRed, [
    [-11, 0],
    [-6, 1],
  ]);
  const dark = piecewise(polarity, [
    [-0.1, 0],
    [0.1, 1],
  ]);
  return Math.min(red, dark);
}
