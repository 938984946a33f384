import { ramp } from '../../base/statistics.js';
import { type FrameNoise, measureNoise } from '../frame-noise.js';
import type { Signal } from '../signal.js';
import { newCrops } from '../stall.js';

/** Minimum number of frames in which noise can be measured. */
const fewest = 4;

/**
 * A sensor's noise differs from frame to frame: the differences of successive frames correlate by −0.5, or closer to 0 if the
 * camera averages over time. Frames without noise are rendered or smoothed. A positive correlation means that a constant texture
 * moves, which is not noise.
 */
export const judgeSensorNoise: Signal = (evidence) => {
  const { crops } = evidence;
  const delivered = newCrops(evidence);
  const ifStalled = delivered.length < fewest ? 0 : suspect(measureNoise(delivered));
  if (crops.length < fewest) return { suspicion: 1, ifStalled, evidence: { crops: crops.length } };
  const noise = measureNoise(crops);
  return { suspicion: suspect(noise), ifStalled, evidence: { ...noise } };
};

const suspect = ({ sigma, dependence }: FrameNoise): number =>
  Math.max(ramp(sigma, 0.3, 0.1), 0.6 * ramp(dependence, 0.05, 0.35));
