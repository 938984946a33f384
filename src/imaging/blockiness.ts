import { median } from '../base/statistics.js';
import type { FacePatch } from './face-patch.js';
import { kernels } from './kernels/load-kernels.js';
import { place, takeResults } from './kernels/pixel-memory.js';

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
  const { address, values } = takeResults(Float64Array, 8, 2 * grid);
  kernels().addGridSteps(place(luma), width, height, address);
  const points = ((width - 3) * (height - 3)) / grid;
  return Math.min(standOut(values.subarray(0, grid), points), standOut(values.subarray(grid), points));
}

function standOut(sums: Float64Array, points: number): number {
  const steps = Array.from(sums, (sum) => sum / Math.max(1, points));
  return Math.max(...steps) / Math.max(leastStep, median(steps));
}
