import type { FacePatch } from './face-patch.js';
import { kernels } from './kernels/load-kernels.js';
import { place, takeResults } from './kernels/pixel-memory.js';

const levels = 256;
/** Levels at either end that are ignored: overexposure and black frames pile up there. */
const clipped = 4;
/** Half width of the window whose mean is the expected count of a level, in levels, at most. */
const widestWindow = 6;
/** With less than this part of the pixels between black and white, there are no tones to compare. */
const leastTones = 0.25;

/**
 * Unevenness of the brightness histogram, 0..2: how much the counts of single levels depart from their neighbours', beyond chance.
 * Light on skin fills all levels between dark and bright; a posterised, drawn, dithered or thresholded picture, and one of few
 * colours, uses some of them and leaves out others. Below 0.1 for 95 % of bona fide faces; above 0.3 for eight tones. 2 if nearly
 * all pixels are black or white, and there are both.
 */
export function measureToneSteps({ luma }: Pick<FacePatch, 'luma'>): number {
  const { address, values: counts } = takeResults(Uint32Array, 4, levels);
  kernels().countLevels(place(luma), luma.length, address);
  let [total, sum, squares, black] = [0, 0, 0, 0];
  for (let level = 0; level < levels; level++) {
    const count = counts[level]!;
    if (level < clipped) black += count;
    if (level < clipped || level >= levels - clipped) continue;
    total += count;
    sum += count * level;
    squares += count * level * level;
  }
  if (total < leastTones * luma.length) return black > 0.02 * luma.length && black + total < 0.98 * luma.length ? 2 : 0;
  const deviation = Math.sqrt(Math.max(0, squares / total - (sum / total) ** 2));
  // A picture of low contrast has a narrow histogram, whose own shape must not count.
  const reach = Math.max(2, Math.min(widestWindow, Math.round(deviation / 4)));
  let departure = 0;
  for (let level = clipped; level < levels - clipped; level++) {
    let [expected, around] = [0, 0];
    for (let other = Math.max(clipped, level - reach); other <= Math.min(levels - clipped - 1, level + reach); other++) {
      expected += counts[other]!;
      around++;
    }
    expected /= around;
    // The mean absolute departure of a count that only chance moves.
    departure += Math.abs(counts[level]! - expected) - Math.sqrt((2 * expected) / Math.PI);
  }
  return Math.max(0, departure / total);
}
