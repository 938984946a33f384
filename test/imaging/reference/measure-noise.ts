import { median } from '../../../src/base/statistics.js';
import type { FacePatch } from '../../../src/imaging/face-patch.js';

/** Side of the blocks among which the smooth ones are sought, pixels. */
const block = 8;

/**
 * Noise of single pixels, as standard deviation of the luma: the mean absolute response of a mask that ignores shades and straight
 * edges (Immerkær, "Fast noise variance estimation", 1996), in blocks of 8×8 pixels; the median block is one
 * where the picture is smooth.
 * @returns undefined if the patch is smaller than two blocks
 */
export function measureNoise({ luma, width, height }: FacePatch): number | undefined {
  const blocks: number[] = [];
  for (let top = 1; top + block < height; top += block) {
    for (let left = 1; left + block < width; left += block) {
      let sum = 0;
      for (let y = top; y < top + block; y++) {
        for (let x = left; x < left + block; x++) {
          const at = y * width + x;
          const beside = luma[at - 1]! + luma[at + 1]! + luma[at - width]! + luma[at + width]!;
          const across = luma[at - width - 1]! + luma[at - width + 1]! + luma[at + width - 1]! + luma[at + width + 1]!;
          sum += Math.abs(4 * luma[at]! - 2 * beside + across);
        }
      }
      // The mask's response to noise of standard deviation 1 has standard deviation 6, and a mean absolute value √(2/π) of that.
      blocks.push((sum / (block * block)) * (Math.sqrt(Math.PI / 2) / 6));
    }
  }
  return blocks.length < 2 ? undefined : median(blocks);
}
