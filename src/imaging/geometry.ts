/** A point, in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** An axis-aligned rectangle, in pixels; x2 and y2 are exclusive. It may extend beyond the picture. */
export interface Box {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** Maps output coordinates to picture coordinates: x' = a·x + b·y + tx, y' = c·x + d·y + ty. */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly tx: number;
  readonly c: number;
  readonly d: number;
  readonly ty: number;
}

export const boxWidth = (box: Box): number => box.x2 - box.x1;
export const boxHeight = (box: Box): number => box.y2 - box.y1;
export const boxCentre = (box: Box): Point => ({ x: (box.x1 + box.x2) / 2, y: (box.y1 + box.y2) / 2 });
export const scaleBox = ({ x1, y1, x2, y2 }: Box, factor: number): Box => ({
  x1: x1 * factor,
  y1: y1 * factor,
  x2: x2 * factor,
  y2: y2 * factor,
});
export const distance = (p: Point, q: Point): number => Math.hypot(p.x - q.x, p.y - q.y);
export const midpoint = (p: Point, q: Point): Point => ({ x: (p.x + q.x) / 2, y: (p.y + q.y) / 2 });

/** The mean of a set of points. */
export function centroid(points: readonly Point[]): Point {
  let x = 0;
  let y = 0;
  for (const p of points) {
    x += p.x;
    y += p.y;
  }
  return { x: x / points.length, y: y / points.length };
}

/**
 * The square around a box's centre whose side is the box's *height* times `scale` ("n×SQ"): the input of most face models here.
 */
export function squareAround(box: Box, scale: number): Box {
  const { x, y } = boxCentre(box);
  const half = (boxHeight(box) * scale) / 2;
  return { x1: x - half, y1: y - half, x2: x + half, y2: y + half };
}

/** Moves a box into a width × height picture; a side longer than the picture's is cut to the picture's. */
function shiftInside(inner: Box, width: number, height: number): Box {
  const w = Math.min(boxWidth(inner), width);
  const h = Math.min(boxHeight(inner), height);
  const x1 = Math.min(Math.max(inner.x1, 0), width - w);
  const y1 = Math.min(Math.max(inner.y1, 0), height - h);
  return { x1, y1, x2: x1 + w, y2: y1 + h };
}

/**
 * Moves a box into a width × height picture. A box larger than the picture is first shrunk proportionally around its centre, so
 * that a network never sees a distorted face.
 */
export function fitInside(inner: Box, width: number, height: number): Box {
  const factor = Math.min(1, width / boxWidth(inner), height / boxHeight(inner));
  const { x, y } = boxCentre(inner);
  const w = (boxWidth(inner) * factor) / 2;
  const h = (boxHeight(inner) * factor) / 2;
  return shiftInside({ x1: x - w, y1: y - h, x2: x + w, y2: y + h }, width, height);
}

/** The fraction of a box's area that is within a width × height picture, 0..1. */
export function visibleFraction(box: Box, width: number, height: number): number {
  const w = Math.max(0, Math.min(box.x2, width) - Math.max(box.x1, 0));
  const h = Math.max(0, Math.min(box.y2, height) - Math.max(box.y1, 0));
  const area = boxWidth(box) * boxHeight(box);
  return area > 0 ? (w * h) / area : 0;
}

/** Intersection over union of two boxes, 0..1. */
export function overlap(p: Box, q: Box): number {
  const w = Math.min(p.x2, q.x2) - Math.max(p.x1, q.x1);
  const h = Math.min(p.y2, q.y2) - Math.max(p.y1, q.y1);
  if (w <= 0 || h <= 0) return 0;
  const both = w * h;
  return both / (boxWidth(p) * boxHeight(p) + boxWidth(q) * boxHeight(q) - both);
}

/** The map from an output of outWidth × outHeight to `box` in the picture. */
export function cropMap(box: Box, outWidth: number, outHeight: number): Affine {
  return { a: boxWidth(box) / outWidth, b: 0, tx: box.x1, c: 0, d: boxHeight(box) / outHeight, ty: box.y1 };
}

/**
 * The map from an output of outSize × outSize to a square in the picture, of side `side` around `centre`, rotated by `angle`
 * (radians, clockwise).
 */
export function rotatedSquareMap(centre: Point, side: number, angle: number, outSize: number): Affine {
  const scale = side / outSize;
  const cos = Math.cos(angle) * scale;
  const sin = Math.sin(angle) * scale;
  const half = outSize / 2;
  return { a: cos, b: -sin, tx: centre.x - cos * half + sin * half, c: sin, d: cos, ty: centre.y - sin * half - cos * half };
}

/** Maps an output point to the picture. */
export const mapPoint = (m: Affine, x: number, y: number): Point => ({
  x: m.a * x + m.b * y + m.tx,
  y: m.c * x + m.d * y + m.ty,
});

/**
 * The similarity transform (rotation, uniform scale, translation) that maps `from` onto `to` with the least squared error. Both
 * must have the same length, at least 2. Closed form of Umeyama, "Least-squares estimation of transformation parameters between
 * two point patterns" (1991), in the plane.
 */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Affine {
  const cf = centroid(from);
  const ct = centroid(to);
  let dot = 0;
  let cross = 0;
  let norm = 0;
  from.forEach((p, i) => {
    const fx = p.x - cf.x;
    const fy = p.y - cf.y;
    const tx = to[i]!.x - ct.x;
    const ty = to[i]!.y - ct.y;
    dot += fx * tx + fy * ty;
    cross += fx * ty - fy * tx;
    norm += fx * fx + fy * fy;
  });
  const cos = dot / norm;
  const sin = cross / norm;
  return { a: cos, b: -sin, tx: ct.x - cos * cf.x + sin * cf.y, c: sin, d: cos, ty: ct.y - sin * cf.x - cos * cf.y };
}
