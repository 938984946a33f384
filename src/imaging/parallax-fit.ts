import { centroid, type Point } from './geometry.js';
import { solveLinear } from './solve-linear.js';

/** How well two views of the same points agree with a plane, and with a body. Lengths are relative to the radius of the points. */
export interface ParallaxFit {
  /** root mean square, per coordinate, of the distances that the best homography leaves */
  readonly planeResidual: number;
  /** the same with the parallax */
  readonly bodyResidual: number;
  /** relative growth per unit of nearness; positive if the nearer points have grown more */
  readonly parallax: number;
  /** its standard error */
  readonly parallaxError: number;
  /** root mean square, per coordinate, of the first view's distances from the centroid, in its units */
  readonly radius: number;
}

/** Fewest points for a fit. */
const fewest = 12;
const rounds = 4;
/** Numbers of a homography whose last one is 1, and of a parallax. */
const [planeSize, parallaxSize] = [8, 3];

/**
 * Fits two views of the same points twice: by a homography, which explains any movement of a plane, and by "plane plus parallax"
 * (Hartley and Zisserman, "Multiple View Geometry", 13.3), q ~ H·p + nearness·e, which explains the movement of a body. Least squares
 * with less weight for outliers (Huber).
 * @param nearness of each point: how much nearer to the camera it is than others, in the units of `from`
 * @returns undefined for fewer than twelve points, or if they do not determine the numbers
 */
export function fitParallax(from: readonly Point[], to: readonly Point[], nearness: readonly number[]): ParallaxFit | undefined {
  const count = from.length;
  const { x, y } = centroid(from);
  const radius = Math.sqrt(from.reduce((sum, p) => sum + (p.x - x) ** 2 + (p.y - y) ** 2, 0) / (2 * count));
  if (count < fewest || !(radius > 1e-6)) return undefined;
  const mean = nearness.reduce((sum, value) => sum + value, 0) / count;
  const pairs = from.map((p, i): Pair => {
    const q = to[i]!;
    return {
      ...{ px: (p.x - x) / radius, py: (p.y - y) / radius, qx: (q.x - x) / radius, qy: (q.y - y) / radius },
      nearness: (nearness[i]! - mean) / radius,
    };
  });
  const plane = fit(pairs, planeSize);
  const body = fit(pairs, planeSize + parallaxSize);
  if (!plane || !body) return undefined;
  const parallax = -body.values[body.values.length - 1]!;
  return { planeResidual: plane.residual, bodyResidual: body.residual, parallax, parallaxError: body.lastError, radius };
}

/** A point in both views. */
interface Pair {
  readonly px: number;
  readonly py: number;
  readonly qx: number;
  readonly qy: number;
  readonly nearness: number;
}

interface Fit {
  readonly values: Float64Array;
  readonly residual: number;
  /** standard error of the last value */
  readonly lastError: number;
}

/**
 * Solves the linear equations qx·w = h0·px + h1·py + h2 + e0·nearness, likewise for qy, with w = h6·px + h7·py + 1 + e2·nearness, by
 * weighted least squares. The weights of a round undo the multiplication by the last round's w, and reduce outliers.
 * @param size 8 without e, 11 with it
 */
function fit(pairs: readonly Pair[], size: number): Fit | undefined {
  let weights = pairs.map(() => 1);
  let found: Fit | undefined;
  for (let round = 0; round < rounds; round++) {
    const rows = Array.from({ length: size }, () => new Float64Array(size + 2));
    pairs.forEach((pair, i) => {
      addEquation(rows, 0, pair.qx, pair, weights[i]!);
      addEquation(rows, 1, pair.qy, pair, weights[i]!);
    });
    // The second right-hand side gives the last column of the inverse, and so the last value's variance.
    rows[size - 1]![size + 1] = 1;
    const solved = solveLinear(rows);
    if (!solved) return undefined;
    const [values, inverse] = solved as [Float64Array, Float64Array];
    const errors = pairs.map((pair) => measureError(values, pair));
    const middle = errors.map(({ distance }) => distance).sort((a, b) => a - b)[errors.length >> 1]!;
    const reach = 2 * Math.max(middle, 1e-9);
    const trust = errors.map(({ distance }) => Math.min(1, reach / Math.max(distance, 1e-12)));
    weights = errors.map(({ w }, i) => trust[i]! / Math.max(0.01, w * w));
    const total = trust.reduce((sum, value) => sum + value, 0);
    const variance = errors.reduce((sum, { distance }, i) => sum + trust[i]! * distance ** 2, 0) / (2 * total);
    if (!Number.isFinite(variance)) return undefined;
    found = {
      values,
      residual: Math.sqrt(variance),
      lastError: Math.sqrt(variance * Math.max(0, inverse[size - 1]!)),
    };
  }
  return found;
}

/** Adds one equation to the normal equations. @param axis 0: the one for qx, 1: for qy */
function addEquation(rows: readonly Float64Array[], axis: 0 | 1, q: number, { px, py, nearness }: Pair, weight: number): void {
  const size = rows.length;
  const row = new Float64Array(size);
  row.set([px, py, 1], axis * 3);
  row.set([-q * px, -q * py], 6);
  if (size > planeSize) {
    row[planeSize + axis] = nearness;
    row[planeSize + 2] = -q * nearness;
  }
  for (let i = 0; i < size; i++) {
    const factor = weight * row[i]!;
    if (factor === 0) continue;
    for (let j = 0; j < size; j++) rows[i]![j]! += factor * row[j]!;
    rows[i]![size]! += factor * q;
  }
}

function measureError(h: Float64Array, { px, py, qx, qy, nearness }: Pair): { readonly distance: number; readonly w: number } {
  const parallax = (axis: number): number => (h[planeSize + axis] ?? 0) * nearness;
  const w = h[6]! * px + h[7]! * py + 1 + parallax(2);
  const dx = qx - (h[0]! * px + h[1]! * py + h[2]! + parallax(0)) / w;
  const dy = qy - (h[3]! * px + h[4]! * py + h[5]! + parallax(1)) / w;
  return { distance: Math.hypot(dx, dy), w };
}
