import { ramp } from '../../base/statistics.js';
import { measureNoise } from '../frame-noise.js';
import type { Signal } from '../signal.js';

/**
 * A sensor's noise differs from frame to frame: the differences of successive frames correlate by −0.5, or closer to 0 if the
 * camera averages over time. Frames without noise are rendered or smoothed. A positive correlation means that a constant texture
 * moves, which is not noise.
 */
export const judgeSensorNoise: Signal = ({ crops }) => {
  if (crops.length < 4) return { suspicion: 1, evidence: { crops: crops.length } };
  const { sigma, dependence } = measureNoise(crops);
  return {
    suspicion: Math.max(ramp(sigma, 0.3, 0.1), 0.6 * ramp(dependence, 0.05, 0.35)),
    evidence: { sigma, dependence },
  };
};
