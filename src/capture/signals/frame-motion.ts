import { median, ramp } from '../../base/statistics.js';
import { type LumaImage, meanDifference, toGrid } from '../../imaging/luma.js';
import { measureNoise } from '../frame-noise.js';
import { type GreyField, measureShift } from '../frame-shift.js';
import type { LumaFrame, Measurement, Signal } from '../signal.js';
import { newCrops } from '../stall.js';

/** Minimum number of crops. Every genuine packet has a dozen, so fewer are suspicious in themselves. */
const fewest = 6;
/** Grey levels. Two frames that differ by less are identical: re-encoding alone causes a larger difference. */
const same = 0.02;

/**
 * Whether the frames move like a living head in front of a camera. A sensor never delivers two identical frames (a still picture
 * delivers only such), frames do not recur (in a loop they do), and nobody holds still to a thirtieth of a pixel for half a
 * second (a still picture with added noise does).
 */
export const judgeFrameMotion: Signal = (evidence) => {
  const { crops } = evidence;
  const delivered = newCrops(evidence);
  const ifStalled = delivered.length < 2 ? 0 : measureMotion(delivered).suspicion;
  return crops.length < fewest
    ? { suspicion: 1, ifStalled, evidence: { crops: crops.length } }
    : { ...measureMotion(crops), ifStalled };
};

/** @param crops at least two */
function measureMotion(crops: readonly LumaFrame[]): Measurement {
  const pairs = crops.slice(1).map((crop, i) => meanDifference(crop.data, crops[i]!.data));
  const still = pairs.filter((difference) => difference < same).length / pairs.length;
  const repeats = still < 0.5 ? countRepeats(crops) : 0;
  // Measured on halved pictures, in which noise is not mistaken for texture.
  const [first, ...others] = crops.map(halve) as [GreyField, ...GreyField[]];
  const shifts = others.map((other) => measureShift(first, other));
  const moved = 2 * Math.max(...shifts.map(({ pixels }) => pixels));
  // the standard error of the shift, from noise and texture
  const error = (measureNoise(crops).sigma * Math.SQRT2) / Math.sqrt(Math.max(1, median(shifts.map(({ texture }) => texture))));
  const span = crops.at(-1)!.part.at - crops[0]!.part.at;
  const holdsStill = error < 0.05 && span >= 200 ? ramp(moved, Math.max(0.06, 5 * error), Math.max(0.035, 3.5 * error)) : 0;
  return {
    suspicion: Math.max(ramp(still, 0.2, 0.6), ramp(repeats, 0, 2), holdsStill),
    evidence: {
      crops: crops.length,
      still,
      repeats,
      movedPixels: moved,
      errorPixels: error,
      spanMs: span,
      difference: median(pairs),
    },
  };
}

const halve = (image: LumaImage): GreyField => {
  const [width, height] = [Math.max(1, image.width >> 1), Math.max(1, image.height >> 1)];
  return { data: toGrid(image, width, height), width, height };
};

/** Number of pairs of identical frames with different frames between them. */
function countRepeats(crops: readonly LumaFrame[]): number {
  let count = 0;
  for (let i = 0; i < crops.length; i++)
    for (let j = i + 2; j < crops.length; j++) {
      if (areSame(crops[i]!, crops[j]!) && !areSame(crops[i]!, crops[i + 1]!)) count++;
    }
  return count;
}

/** Stops as soon as the frames differ enough, which for most pairs is early. */
function areSame({ data }: LumaImage, other: LumaImage): boolean {
  const most = same * data.length;
  let sum = 0;
  for (let i = 0; i < data.length && sum < most; i++) sum += Math.abs(data[i]! - other.data[i]!);
  return sum < most;
}
