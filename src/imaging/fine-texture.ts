import type { FacePatch } from './face-patch.js';
import { kernels } from './kernels/load-kernels.js';
import { place, takeResults } from './kernels/pixel-memory.js';

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

/** Bins of the histogram of gradients per grey level, and its size: no gradient exceeds 255·√2 / 2. */
const binsPerLevel = 32;
const bins = 182 * binsPerLevel;
/** Words of the three sums, which the kernel writes before the histogram. */
const sumWords = 6;

/** Measures a patch. @returns undefined if less than a tenth of it is neither black nor white */
export function measureTexture({ luma, width, height }: FacePatch): FineTexture | undefined {
  const { address, values } = takeResults(Uint32Array, 4, sumWords + bins);
  kernels().measureSteps(place(luma), width, height, darkest, brightest, binsPerLevel, address, address + sumWords * 4);
  const [own, next, measured] = new Float64Array(values.buffer, address, 3) as unknown as [number, number, number];
  // A histogram, because sorting some 30,000 gradients takes milliseconds.
  const histogram = values.subarray(sumWords);
  if (measured < (width * height) / 10) return undefined;
  const gradientAt = (part: number): number => findBin(histogram, part * measured) / binsPerLevel;
  return { nextStep: next / Math.max(1e-9, own), edges: gradientAt(0.99) / (gradientAt(0.25) + leastGradient) };
}

/** The bin in which the count reaches `rank`. */
function findBin(histogram: Uint32Array, rank: number): number {
  let count = 0;
  for (let bin = 0; bin < bins; bin++) {
    count += histogram[bin]!;
    if (count > rank) return bin;
  }
  return bins;
}
