import { quantile } from '../base/statistics.js';
import type { FacePatch } from './face-patch.js';

/** How brightness changes from pixel to pixel. */
export interface FineTexture {
  /** correlation of neighbouring brightness steps: −0.5 noise of single pixels, 0 isolated steps, 1 smooth shades */
  readonly nextStep: number;
  /** strong edges over faint ones: the 99th percentile of the gradient over its lower quartile */
  readonly edges: number;
}

/** Gradients below this are as small as rounding. */
const leastGradient = 0.3;
/** Pixels beyond these are clipped, and carry no texture. */
const darkest = 3;
const brightest = 252;

/** Measures a patch. @returns undefined if less than a tenth of it is neither black nor white */
export function measureTexture({ luma, width, height }: FacePatch): FineTexture | undefined {
  let [own, next] = [0, 0];
  const gradients: number[] = [];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      for (const stride of [1, width]) {
        const before = luma[at]! - luma[at - stride]!;
        own += before * before;
        next += before * (luma[at + stride]! - luma[at]!);
      }
      if (luma[at]! < darkest || luma[at]! > brightest) continue;
      gradients.push(Math.hypot(luma[at + 1]! - luma[at - 1]!, luma[at + width]! - luma[at - width]!) / 2);
    }
  }
  if (gradients.length < (width * height) / 10) return undefined;
  return {
    nextStep: next / Math.max(1e-9, own),
    edges: quantile(gradients, 0.99) / (quantile(gradients, 0.25) + leastGradient),
  };
}
