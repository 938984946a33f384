import { ramp } from '../../base/statistics.js';
import { measureNoise } from '../frame-noise.js';
import type { Signal } from '../signal.js';

/**
 * A sensor's noise is there, and is another in every frame: the differences of successive frames correlate by −0.5, nearer to 0 where the
 * camera averages over time. Without noise: rendered or smoothed. A positive correlation: what changes is no noise but a movement of one
 * and the same texture.
 */
export const judgeSensorNoise: Signal = ({ crops }) => {
  if (crops.length < 4) return { suspicion: 1, evidence: { crops: crops.length } };
  const { sigma, dependence } = measureNoise(crops);
  return {
    suspicion: Math.max(ramp(sigma, 0.3, 0.1), 0.6 * ramp(dependence, 0.05, 0.35)),
    evidence: { sigma, dependence },
  };
};
