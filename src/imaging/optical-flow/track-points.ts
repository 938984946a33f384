import type { Point } from '../geometry.js';
import type { GreyLevel, Pyramid } from './pyramid.js';

/** Half the side of the window around a point, in pixels of each level. */
const radius = 4;
const side = 2 * radius + 1;
const padded = side + 2;
/** Steps per level at most. */
const mostSteps = 12;
/** Length of a step, in pixels, that ends the search: at full size, and at smaller sizes, which only find the start for the next. */
const [shortestStep, shortestCoarseStep] = [0.02, 0.1];
/** A step that is longer than this, in pixels, has lost the point. */
const longestStep = 12;
/** Smallest eigenvalue of the window's mean structure tensor with which a step can be computed. */
const leastTexture = 0.5;
/** Distance within which the way back must end, in pixels. */
const closed = 0.7;

/**
 * Tracks points from one picture to another by pyramidal Lucas–Kanade (Bouguet, 2000), there and back: a point that does not come back
 * to within 0.7 pixels is lost ("forward-backward error", Kalal et al., 2010).
 * @returns for each point its place in the second picture, or undefined if it is lost
 */
export function trackPoints(from: Pyramid, to: Pyramid, points: readonly Point[]): (Point | undefined)[] {
  return points.map((point) => {
    const there = trackPoint(from, to, point);
    const back = there && trackPoint(to, from, there);
    return back && Math.hypot(back.x - point.x, back.y - point.y) < closed ? there : undefined;
  });
}

function trackPoint(from: Pyramid, to: Pyramid, { x, y }: Point): Point | undefined {
  const levels = Math.min(from.length, to.length);
  let [dx, dy] = [0, 0];
  for (let level = levels - 1; level >= 0; level--) {
    const scale = 2 ** -level;
    dx *= 2;
    dy *= 2;
    const accuracy = level === 0 ? shortestStep : shortestCoarseStep;
    const shift = refine(from[level]!, to[level]!, x * scale, y * scale, dx, dy, accuracy);
    if (shift) [dx, dy] = shift;
    // A point near the border may be out of a small level's reach, and is sought in the next one.
    else if (level === 0) return undefined;
  }
  return { x: x + dx, y: y + dy };
}

const template = new Float32Array(padded * padded);
const gradientX = new Float32Array(side * side);
const gradientY = new Float32Array(side * side);

/**
 * @param accuracy length of a step, in pixels, that ends the search
 * @returns the displacement, starting from (dx, dy); undefined if the window leaves a picture or has no texture
 */
function refine(
  from: GreyLevel,
  to: GreyLevel,
  x: number,
  y: number,
  dx: number,
  dy: number,
  accuracy: number,
): [number, number] | undefined {
  if (!sample(from, x - radius - 1, y - radius - 1, padded, template)) return undefined;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  let sumX = 0;
  let sumY = 0;
  for (let j = 0, at = 0; j < side; j++) {
    for (let i = 0, p = (j + 1) * padded + 1; i < side; i++, p++, at++) {
      const gx = (template[p + 1]! - template[p - 1]!) / 2;
      const gy = (template[p + padded]! - template[p - padded]!) / 2;
      gradientX[at] = gx;
      gradientY[at] = gy;
      xx += gx * gx;
      xy += gx * gy;
      yy += gy * gy;
      sumX += gx;
      sumY += gy;
    }
  }
  const determinant = xx * yy - xy * xy;
  const smaller = (xx + yy) / 2 - Math.sqrt(((xx - yy) / 2) ** 2 + xy * xy);
  if (smaller < leastTexture * side * side || determinant <= 0) return undefined;
  const { data, width, height } = to;
  for (let step = 0; step < mostSteps; step++) {
    // As in `sample`, but without a copy: this is where the time goes.
    const left = x + dx - radius - 0.5;
    const top = y + dy - radius - 0.5;
    const x0 = Math.floor(left);
    const y0 = Math.floor(top);
    if (!(x0 >= 0 && y0 >= 0 && x0 + side < width && y0 + side < height)) return undefined;
    const fx = left - x0;
    const fy = top - y0;
    const w00 = (1 - fx) * (1 - fy);
    const w10 = fx * (1 - fy);
    const w01 = (1 - fx) * fy;
    const w11 = fx * fy;
    let sum = 0;
    let bx = 0;
    let by = 0;
    for (let j = 0, at = 0; j < side; j++) {
      let p = (j + 1) * padded + 1;
      let q = (y0 + j) * width + x0;
      for (let i = 0; i < side; i++, p++, q++, at++) {
        const seen = data[q]! * w00 + data[q + 1]! * w10 + data[q + width]! * w01 + data[q + width + 1]! * w11;
        const difference = template[p]! - seen;
        sum += difference;
        bx += difference * gradientX[at]!;
        by += difference * gradientY[at]!;
      }
    }
    // Brightness may change between the pictures: only differences from the mean count.
    const mean = sum / (side * side);
    bx -= mean * sumX;
    by -= mean * sumY;
    const sx = (yy * bx - xy * by) / determinant;
    const sy = (xx * by - xy * bx) / determinant;
    const length = Math.hypot(sx, sy);
    if (!(length < longestStep)) return undefined;
    dx += sx;
    dy += sy;
    if (length < accuracy) break;
  }
  return [dx, dy];
}

/**
 * Samples a square bilinearly. @param left, top of its first sample, as coordinates of pictures (the centre of the first pixel is 0.5)
 * @returns false if it is not entirely within the picture
 */
function sample({ data, width, height }: GreyLevel, left: number, top: number, length: number, out: Float32Array): boolean {
  const x = left - 0.5;
  const y = top - 0.5;
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  // Not written as its opposite, so that NaN is outside.
  if (!(x0 >= 0 && y0 >= 0 && x0 + length < width && y0 + length < height)) return false;
  const fx = x - x0;
  const fy = y - y0;
  const w00 = (1 - fx) * (1 - fy);
  const w10 = fx * (1 - fy);
  const w01 = (1 - fx) * fy;
  const w11 = fx * fy;
  for (let j = 0, at = 0; j < length; j++) {
    let p = (y0 + j) * width + x0;
    for (let i = 0; i < length; i++, p++, at++)
      out[at] = data[p]! * w00 + data[p + 1]! * w10 + data[p + width]! * w01 + data[p + width + 1]! * w11;
  }
  return true;
}
