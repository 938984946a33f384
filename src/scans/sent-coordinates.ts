import type { FaceObservation } from '../analysis/observation.js';
import { turnBack } from '../imaging/turn.js';
import type { ScanDetail } from './scan-detail.js';

/**
 * Box and landmarks of a face in the picture as the client has it: upright by EXIF, but not turned any further. (A picture that stood on
 * its side without EXIF saying so is observed turned; the client draws on what it sent.)
 */
export function toSentCoordinates(
  face: FaceObservation,
  { turned, width, height }: ScanDetail,
): Pick<FaceObservation, 'box' | 'landmarks'> {
  // Scans stored before pictures were turned have no such field.
  if (!turned || width === null || height === null) return face;
  const size = { width, height };
  const [p, q] = [
    turnBack({ x: face.box.x1, y: face.box.y1 }, turned, size),
    turnBack({ x: face.box.x2, y: face.box.y2 }, turned, size),
  ];
  return {
    box: { x1: Math.min(p.x, q.x), y1: Math.min(p.y, q.y), x2: Math.max(p.x, q.x), y2: Math.max(p.y, q.y) },
    landmarks: face.landmarks.map((point) => turnBack(point, turned, size)),
  };
}
