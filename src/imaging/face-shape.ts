import { distance, type Point } from './geometry.js';

/** Eye opening below which the lids count as closed. */
export const shutEye = 0.25;

/**
 * Eye aspect ratio: opening over width (Soukupová and Čech, 2016); closed below about 0.2.
 * @param eye six points, a corner first
 */
export function openingOfEye(eye: readonly Point[]): number {
  return (distance(eye[1]!, eye[5]!) + distance(eye[2]!, eye[4]!)) / (2 * Math.max(1e-6, distance(eye[0]!, eye[3]!)));
}

/** Mouth opening from the inner lips, 0..1: closed 0, smile up to 0.4, open above 0.5. @param points 68, in iBUG's order */
export function openingOfMouth(points: readonly Point[]): number {
  const opening =
    (
      [
        [61, 67],
        [62, 66],
        [63, 65],
      ] as const
    ).reduce((sum, [a, b]) => sum + distance(points[a]!, points[b]!), 0) / 3;
  const ratio = opening / Math.max(1e-6, distance(points[60]!, points[64]!));
  return Math.min(1, Math.max(0, (ratio - 0.1) / 0.4));
}
