import type { FaceObservation } from '../analysis/observation.js';
import { turnBack } from '../imaging/turn.js';
import type { ScanDetail } from './scan-detail.js';

/**
 * A face's box and landmarks in the coordinates of the client's picture: upright by EXIF, but not rotated further. (A picture
 * lying on its side without EXIF is rotated for analysis, but the client draws on the picture it sent.)
 */
export function toSentCoordinates(
  face: FaceObservation,
  { turned, width, height }: ScanDetail,
): Pick<FaceObservation, 'box' | 'landmarks'> {
  // Scans from before rotation was introduced lack this field.
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
