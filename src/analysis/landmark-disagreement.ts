import { centroid, distance, type Point } from '../imaging/geometry.js';

/** Points that both landmark models place well: brows, nose, eyes, lips. They define the contour of the jaw differently. */
const innerPoints = Array.from({ length: 51 }, (_, i) => i + 17);

/** Distance between the eye centres of 68 points, in their unit. */
export const eyeSpan = (points: readonly Point[]): number =>
  distance(centroid(points.slice(36, 42)), centroid(points.slice(42, 48)));

/**
 * Mean distance between the 68 points of the two landmark models, in eye distances of the mesh: 0.04 on a clear upright face.
 * They diverge if the face is covered or not upright.
 */
export const landmarkDisagreement = (points: readonly Point[], mesh: readonly Point[]): number =>
  innerPoints.reduce((sum, i) => sum + distance(points[i]!, mesh[i]!), 0) / innerPoints.length / eyeSpan(mesh);
