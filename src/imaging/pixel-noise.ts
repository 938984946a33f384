import { median } from '../base/statistics.js';
import type { FacePatch } from './face-patch.js';
import { kernels } from './kernels/load-kernels.js';
import { place, takeResults } from './kernels/pixel-memory.js';

/** Side of the blocks among which the smooth ones are sought, pixels. */
const block = 8;

/**
 * Noise of single pixels, as standard deviation of the luma: the mean absolute response of a mask that ignores shades and straight
 * edges (Immerkær, "Fast noise variance estimation", 1996), in blocks of 8×8 pixels; the median block is one
 * where the picture is smooth.
 * @returns undefined if the patch is smaller than two blocks
 */
export function measureNoise({ luma, width, height }: FacePatch): number | undefined {
  const across = Math.max(0, Math.floor((width - 2) / block));
  const down = Math.max(0, Math.floor((height - 2) / block));
  if (across * down < 2) return undefined;
  const { address, values } = takeResults(Float32Array, 4, across * down);
  kernels().addNoise(place(luma), width, across, down, address);
  // The mask's response to noise of standard deviation 1 has standard deviation 6, and a mean absolute value √(2/π) of that.
  return (median([...values]) / (block * block)) * (Math.sqrt(Math.PI / 2) / 6);
}
