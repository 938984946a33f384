import { type Affine, centroid, distance, fitSimilarity, mapPoint, type Point } from './geometry.js';
import { solveLinear } from './solve-linear.js';

/** Maps points of one view of a plane to another: row by row, the last number is 1. */
export type Homography = readonly number[];

/** A fit that ignores outliers. */
export interface RobustFit {
  readonly map: Affine;
  /** number of points within `tolerance` of their fitted place */
  readonly inliers: number;
}

/** Attempts with two points each; with half of the points wrong, all of them fail once in 10^7 cases. */
const attempts = 56;
const rounds = 4;

/**
 * Fits a similarity to most of the points: the best of many fits to two points each (least median of squares), then repeated least
 * squares on the points within the tolerance. The choice of points is fixed, so that the same points give the same fit.
 * @param tolerance pixels
 * @returns undefined for fewer than three points, or if all are at one place
 */
export function fitSimilarityRobustly(from: readonly Point[], to: readonly Point[], tolerance: number): RobustFit | undefined {
  if (from.length < 3) return undefined;
  let [best, least] = [undefined as Affine | undefined, Number.POSITIVE_INFINITY];
  let state = 1;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let attempt = 0; attempt < attempts; attempt++) {
    const i = random(from.length);
    const j = (i + 1 + random(from.length - 1)) % from.length;
    const map = fitSimilarity([from[i]!, from[j]!], [to[i]!, to[j]!]);
    const middle = middleOf(from.map((point, k) => distanceAfter(map, point, to[k]!)));
    if (middle < least) [best, least] = [map, middle];
  }
  if (!best) return undefined;
  let map = best;
  let inliers: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const reach = Math.max(tolerance, round === 0 ? 2.5 * least : 0);
    inliers = from.flatMap((point, k) => (distanceAfter(map, point, to[k]!) <= reach ? [k] : []));
    if (inliers.length < 3) break;
    map = fitSimilarity(
      inliers.map((k) => from[k]!),
      inliers.map((k) => to[k]!),
    );
  }
  return Number.isFinite(map.tx) ? { map, inliers: inliers.length } : undefined;
}

/** Distance between a point's image and where it was found, in pixels. */
export const distanceAfter = (map: Affine, point: Point, found: Point): number =>
  distance(mapPoint(map, point.x, point.y), found);

/** The lower median, without a copy: for many small arrays. */
function middleOf(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[(values.length - 1) >> 1] ?? Number.POSITIVE_INFINITY;
}

/**
 * Fits the homography of a plane seen twice by least squares on normalised coordinates (direct linear transform, with the last number
 * fixed at 1; Hartley and Zisserman, "Multiple View Geometry", 4.1 and 4.4), repeated with less weight for outliers (Huber).
 * @returns undefined for fewer than five points, or if they lie on a line
 */
export function fitHomography(from: readonly Point[], to: readonly Point[]): Homography | undefined {
  if (from.length < 5) return undefined;
  const [a, b] = [normalise(from), normalise(to)];
  if (!a || !b) return undefined;
  let weights = from.map(() => 1);
  let fitted: number[] | undefined;
  for (let round = 0; round < rounds; round++) {
    const next = solvePlane(a.points, b.points, weights);
    if (!next) break;
    fitted = next;
    const errors = a.points.map((point, i) => distance(applyHomography(next, point), b.points[i]!));
    const reach = 1.5 * Math.max(1e-6, middleOf([...errors]));
    weights = errors.map((error) => (error <= reach ? 1 : reach / error));
  }
  if (!fitted) return undefined;
  // Undo the normalisation: B⁻¹ · H · A.
  const [h0, h1, h2, h3, h4, h5, h6, h7, h8] = fitted as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const right = (p: number, q: number, r: number): [number, number, number] => [
    p * a.scale,
    q * a.scale,
    r - (p * a.x + q * a.y) * a.scale,
  ];
  const [r0, r1, r2] = [right(h0, h1, h2), right(h3, h4, h5), right(h6, h7, h8)];
  const rows = [
    r0.map((value, i) => value / b.scale + b.x * r2[i]!),
    r1.map((value, i) => value / b.scale + b.y * r2[i]!),
    r2,
  ].flat();
  const last = rows[8]!;
  return Math.abs(last) > 1e-12 ? rows.map((value) => value / last) : undefined;
}

/** Where a homography maps a point. Far away, if it maps it to infinity. */
export function applyHomography(h: Homography, { x, y }: Point): Point {
  const w = h[6]! * x + h[7]! * y + h[8]!;
  const by = Math.abs(w) > 1e-12 ? w : 1e-12;
  return { x: (h[0]! * x + h[1]! * y + h[2]!) / by, y: (h[3]! * x + h[4]! * y + h[5]!) / by };
}

interface Normalised {
  readonly points: readonly Point[];
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/** Moves the centroid to 0 and scales the mean distance from it to 1. @returns undefined if all points are at one place */
function normalise(points: readonly Point[]): Normalised | undefined {
  const centre = centroid(points);
  const { x, y } = centre;
  const mean = points.reduce((sum, p) => sum + distance(p, centre), 0) / points.length;
  if (!(mean > 1e-9)) return undefined;
  return { points: points.map((p) => ({ x: (p.x - x) / mean, y: (p.y - y) / mean })), x, y, scale: 1 / mean };
}

/** Weighted least squares for the eight unknown numbers, by the normal equations. */
function solvePlane(from: readonly Point[], to: readonly Point[], weights: readonly number[]): number[] | undefined {
  const n = 8;
  const matrix = Array.from({ length: n }, () => new Float64Array(n + 1));
  const add = (row: readonly number[], wanted: number, weight: number): void => {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) matrix[i]![j]! += weight * row[i]! * row[j]!;
      matrix[i]![n]! += weight * row[i]! * wanted;
    }
  };
  from.forEach(({ x, y }, i) => {
    const q = to[i]!;
    const weight = weights[i]!;
    add([x, y, 1, 0, 0, 0, -q.x * x, -q.x * y], q.x, weight);
    add([0, 0, 0, x, y, 1, -q.y * x, -q.y * y], q.y, weight);
  });
  const [solution] = solveLinear(matrix) ?? [];
  return solution && [...solution, 1];
}
