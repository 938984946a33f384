import type { FaceObservation } from './observation.js';
import { piecewise } from './piecewise.js';

/** The measurements that determine quality. */
export type QualityInputs = Pick<
  FaceObservation,
  'sharpness' | 'eyeDistance' | 'luminance' | 'contrast' | 'pose' | 'detectionScore'
>;

/**
 * Suitability of a face for liveness and recognition, 0..1: the *worst* of its aspects, so that a low value always has a single
 * cause. Each aspect is 0.5 where it begins to impair results and 1 where it no longer matters.
 * The knots were derived from labelled pictures: the 1st percentile of sharpness of 135 bona fide pictures is 0.068; blurred
 * copies are below 0.011.
 */
export function rateQuality(face: QualityInputs): number {
  const turn = Math.max(Math.abs(face.pose.yaw), Math.abs(face.pose.pitch), Math.abs(face.pose.roll));
  const aspects = [
    piecewise(Math.log(Math.max(1e-6, face.sharpness)), [
      [Math.log(0.004), 0],
      [Math.log(0.02), 0.5],
      [Math.log(0.2), 1],
    ]),
    piecewise(face.eyeDistance, [
      [8, 0],
      [22, 0.5],
      [80, 1],
    ]),
    piecewise(face.luminance, [
      [10, 0],
      [36, 0.5],
      [75, 1],
      [200, 1],
      [234, 0.5],
      [250, 0],
    ]),
    piecewise(face.contrast, [
      [2, 0],
      [9, 0.5],
      [25, 1],
    ]),
    piecewise(turn, [
      [12, 1],
      [40, 0.5],
      [70, 0],
    ]),
    piecewise(face.detectionScore, [
      [0.4, 0],
      [0.6, 0.5],
      [0.98, 1],
    ]),
  ];
  return Math.min(...aspects);
}
