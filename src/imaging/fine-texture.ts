import { quantile } from '../base/statistics.js';
import type { FacePatch } from './face-patch.js';

/** How brightness changes from pixel to pixel. */
export interface FineTexture {
  /** correlation of neighbouring brightness steps: −0.5 noise of single pixels, 0 isolated steps, 1 smooth shades */
  readonly nextStep: number;
  /** strong edges over faint ones: the 99th percentile of the gradient over its lower quartile */
  readonly edges: number;
  /**
   * abruptness of the strongest edges, about 0.3 (blurred) to 1.4 (one pixel): the part of the brightness range around them that
   * lies within two pixels
   */
  readonly abruptness: number;
  /** part of the pixels that are brighter, or darker, than both neighbours: noise and grain, 0..0.5 */
  readonly grain: number;
}

/** Gradients below this are as small as rounding. */
const leastGradient = 0.3;
/** A pixel this much brighter or darker than its neighbours is no rounding error. */
const leastGrain = 0.5;
/** Pixels beyond these are clipped, and carry no texture. */
const darkest = 3;
const brightest = 252;
/** Pixels around an edge in which its brightness range is sought, and margin of the patch. */
const around = 4;
/** Part of the pixels that count as the strongest edges. */
const strongest = 0.02;

/** Measures a patch. @returns undefined if less than a tenth of it is neither black nor white */
export function measureTexture(patch: FacePatch): FineTexture | undefined {
  const { luma, width, height } = patch;
  let [own, next, grains] = [0, 0, 0];
  const gradients: number[] = [];
  const places: number[] = [];
  const lookAlong = (at: number, stride: number): void => {
    const before = luma[at]! - luma[at - stride]!;
    const after = luma[at + stride]! - luma[at]!;
    own += before * before;
    next += before * after;
    if (before * after < 0 && Math.min(Math.abs(before), Math.abs(after)) > leastGrain) grains++;
  };
  for (let y = around; y < height - around; y++) {
    for (let x = around; x < width - around; x++) {
      const at = y * width + x;
      lookAlong(at, 1);
      lookAlong(at, width);
      if (luma[at]! < darkest || luma[at]! > brightest) continue;
      gradients.push(Math.hypot(luma[at + 1]! - luma[at - 1]!, luma[at + width]! - luma[at - width]!) / 2);
      places.push(at);
    }
  }
  const inside = (width - 2 * around) * (height - 2 * around);
  if (gradients.length === 0 || gradients.length < inside / 10) return undefined;
  const strong = quantile(gradients, 1 - strongest);
  const steps = places.flatMap((at, i) => (gradients[i]! >= strong ? [(2 * gradients[i]!) / rangeAround(patch, at)] : []));
  return {
    nextStep: next / Math.max(1e-9, own),
    edges: quantile(gradients, 0.99) / (quantile(gradients, 0.25) + leastGradient),
    abruptness: quantile(steps, 0.9),
    grain: grains / (2 * inside),
  };
}

/** Range of the brightness around a pixel, at least one level. */
function rangeAround({ luma, width }: FacePatch, at: number): number {
  let [low, high] = [255, 0];
  for (let y = -around; y <= around; y++) {
    for (let x = -around; x <= around; x++) {
      const value = luma[at + y * width + x]!;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return Math.max(1, high - low);
}
