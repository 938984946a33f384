import { median, ramp } from '../../base/statistics.js';
import { type LumaImage, meanDifference, toGrid } from '../../imaging/luma.js';
import { measureNoise } from '../frame-noise.js';
import { type GreyField, measureShift } from '../frame-shift.js';
import type { LumaFrame, Signal } from '../signal.js';

/** Crops from which on anything is said; fewer are suspicious in themselves, every packet carries a dozen. */
const fewest = 6;
/** Grey levels: below it two frames are the same picture. Re-encoding alone does more. */
const same = 0.02;

/**
 * Whether the frames move as a living head before a camera does. No two frames of a sensor are the same to the last bit (a still has only
 * such), none comes back later (a loop's do), and nobody holds still to a thirtieth of a pixel for half a second, which a still with noise
 * painted over does.
 */
export const judgeFrameMotion: Signal = ({ crops }) => {
  if (crops.length < fewest) return { suspicion: 1, evidence: { crops: crops.length } };
  const pairs = crops.slice(1).map((crop, i) => meanDifference(crop.data, crops[i]!.data));
  const still = pairs.filter((difference) => difference < same).length / pairs.length;
  const repeats = still < 0.5 ? countRepeats(crops) : 0;
  // On halved pictures, where noise does not pass for texture.
  const [first, ...others] = crops.map(halve) as [GreyField, ...GreyField[]];
  const shifts = others.map((other) => measureShift(first, other));
  const moved = 2 * Math.max(...shifts.map(({ pixels }) => pixels));
  // how exactly the shift is known, by the noise and the texture there is
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
};

const halve = (image: LumaImage): GreyField => {
  const [width, height] = [Math.max(1, image.width >> 1), Math.max(1, image.height >> 1)];
  return { data: toGrid(image, width, height), width, height };
};

/** Pairs of frames that are the same with different ones between them. */
function countRepeats(crops: readonly LumaFrame[]): number {
  let count = 0;
  for (let i = 0; i < crops.length; i++)
    for (let j = i + 2; j < crops.length; j++) {
      if (areSame(crops[i]!, crops[j]!) && !areSame(crops[i]!, crops[i + 1]!)) count++;
    }
  return count;
}

/** Stops at the first row that tells: most pairs differ at once. */
function areSame({ data }: LumaImage, other: LumaImage): boolean {
  const most = same * data.length;
  let sum = 0;
  for (let i = 0; i < data.length && sum < most; i++) sum += Math.abs(data[i]! - other.data[i]!);
  return sum < most;
}
