import { median } from '../../../src/base/statistics.js';
import type { FacePatch } from '../../../src/imaging/face-patch.js';

/** Blocks of JPEG, WebP and most video codecs are 8 pixels wide and high. */
const grid = 8;
/** Brightness steps below this are as small as rounding. */
const leastStep = 0.25;

/**
 * Strength of the block grid that strong compression leaves: the mean brightness step across the grid's lines over the mean step
 * elsewhere, for columns and rows, the lesser of the two. About 1.4 for camera pictures (99 % are below 3), above 5 at JPEG quality
 * 30. A picture that was resized after compression has no grid.
 */
export function measureBlockiness({ luma, width, height }: FacePatch): number {
  const across = new Float64Array(grid);
  const down = new Float64Array(grid);
  for (let y = 1; y < height - 2; y++) {
    for (let x = 1; x < width - 2; x++) {
      const at = y * width + x;
      across[x % grid]! += stepBeyondTrend(luma, at, 1);
      down[y % grid]! += stepBeyondTrend(luma, at, width);
    }
  }
  const points = ((width - 3) * (height - 3)) / grid;
  return Math.min(standOut(across, points), standOut(down, points));
}

/** How much the step between a pixel and the one before it exceeds the mean of the steps on either side. */
const stepBeyondTrend = (luma: Float32Array, at: number, stride: number): number =>
  Math.abs(
    luma[at]! -
      luma[at - stride]! -
      (luma[at + stride]! - luma[at]! + luma[at - stride]! - (luma[at - 2 * stride] ?? luma[at - stride]!)) / 2,
  );

function standOut(sums: Float64Array, points: number): number {
  const steps = Array.from(sums, (sum) => sum / Math.max(1, points));
  return Math.max(...steps) / Math.max(leastStep, median(steps));
}
