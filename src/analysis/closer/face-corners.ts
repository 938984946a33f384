import { centroid, type Point } from '../../imaging/geometry.js';
import { measureCorners, pickCorners } from '../../imaging/optical-flow/find-corners.js';
import type { FaceView } from './face-view.js';

/** Mesh indices of the face's outline, in order. */
const outline = [
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58,
  132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
] as const;
/** Corners are taken from the outline shrunk by this factor: at the outline itself the background is seen next to the face. */
const inner = 0.95;
/** Side of the cell that gives at most one corner, in pixels, and the number of corners. */
const [cell, most] = [8, 150];

/** A place on a face that can be tracked. */
export interface FaceCorner {
  /** in pixels of the view */
  readonly place: Point;
  /** how much nearer to the camera it is than other places, in pixels of the view */
  readonly nearness: number;
}

/**
 * Finds corners on the face of a view, with their depth by the mesh around them.
 * @param points the face's mesh points, in pixels of the view
 * @param depths of these points, in pixels of the view
 */
export function findFaceCorners(view: FaceView, points: readonly Point[], depths: readonly number[]): FaceCorner[] {
  const border = outline.map((index) => points[index]!);
  const middle = centroid(border);
  const polygon = border.map(({ x, y }) => ({ x: middle.x + (x - middle.x) * inner, y: middle.y + (y - middle.y) * inner }));
  const strength = measureCorners(view.pyramid[0]!);
  return pickCorners(strength, (x, y) => isInside(polygon, x, y), cell, most).map((place) => ({
    place,
    nearness: -depthAt(place, points, depths),
  }));
}

/** Even-odd rule. */
function isInside(polygon: readonly Point[], x: number, y: number): boolean {
  let isOdd = false;
  let before = polygon.at(-1)!;
  for (const point of polygon) {
    if (point.y > y !== before.y > y && x < ((before.x - point.x) * (y - point.y)) / (before.y - point.y) + point.x)
      isOdd = !isOdd;
    before = point;
  }
  return isOdd;
}

/** The mean of the depths around a place, the nearest of which count most. */
function depthAt({ x, y }: Point, points: readonly Point[], depths: readonly number[]): number {
  let [sum, total] = [0, 0];
  points.forEach((point, i) => {
    const weight = (1 + (point.x - x) ** 2 + (point.y - y) ** 2) ** -2;
    sum += weight * depths[i]!;
    total += weight;
  });
  return sum / total;
}
