import type { Point } from '../geometry.js';
import type { GreyLevel } from './pyramid.js';

/** Half the side of the window over which the gradients are summed, in pixels. */
const radius = 1;
const size = 2 * radius + 1;
/** Distance from the border within which there are no corners, in pixels. */
const margin = 4;
/**
 * Smallest eigenvalue of the mean structure tensor, in squared grey levels per pixel, from which on a place counts as a corner. What is
 * weaker cannot be told from the noise of a webcam.
 */
const weakest = 0.7;

/** How well each pixel can be tracked: the smaller eigenvalue of its mean structure tensor. */
export interface CornerStrength {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Measures how well each pixel can be tracked (Shi and Tomasi, "Good features to track", 1994). Sums are kept per column and updated
 * from row to row, so that the cost does not depend on the window.
 */
export function measureCorners({ data, width, height }: GreyLevel): CornerStrength {
  const strength = new Float32Array(width * height);
  // The products of the gradients, row by row, of the last `size` rows; and their sums per column.
  const rows = Array.from({ length: size }, () => new Float32Array(3 * width));
  const sums = new Float32Array(3 * width);
  for (let y = 1; y < height - 1; y++) {
    const row = rows[y % size]!;
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const gx = (data[at + 1]! - data[at - 1]!) / 2;
      const gy = (data[at + width]! - data[at - width]!) / 2;
      const k = 3 * x;
      sums[k]! += gx * gx - row[k]!;
      sums[k + 1]! += gx * gy - row[k + 1]!;
      sums[k + 2]! += gy * gy - row[k + 2]!;
      row[k] = gx * gx;
      row[k + 1] = gx * gy;
      row[k + 2] = gy * gy;
    }
    if (y < size) continue;
    const middle = (y - radius) * width;
    for (let x = 1 + radius; x < width - 1 - radius; x++) {
      let xx = 0;
      let xy = 0;
      let yy = 0;
      for (let k = 3 * (x - radius); k <= 3 * (x + radius); k += 3) {
        xx += sums[k]!;
        xy += sums[k + 1]!;
        yy += sums[k + 2]!;
      }
      const half = (xx + yy) / 2;
      const difference = (xx - yy) / 2;
      strength[middle + x] = (half - Math.sqrt(difference * difference + xy * xy)) / (size * size);
    }
  }
  return { data: strength, width, height };
}

/**
 * Picks corners, spread evenly: the strongest pixel of each cell of a grid, the strongest cells first.
 * @param isWanted whether a corner may lie at a place
 * @param cell side of a cell, in pixels
 * @param most at most this many
 */
export function pickCorners(
  { data, width, height }: CornerStrength,
  isWanted: (x: number, y: number) => boolean,
  cell: number,
  most: number,
): Point[] {
  const found: { readonly x: number; readonly y: number; readonly strength: number }[] = [];
  for (let top = margin; top < height - margin; top += cell) {
    for (let left = margin; left < width - margin; left += cell) {
      let best = -1;
      let strength = weakest;
      const bottom = Math.min(top + cell, height - margin);
      const right = Math.min(left + cell, width - margin);
      for (let y = top; y < bottom; y++) {
        for (let at = y * width + left; at < y * width + right; at++) {
          if (data[at]! > strength && isWanted((at % width) + 0.5, y + 0.5)) {
            best = at;
            strength = data[at]!;
          }
        }
      }
      if (best >= 0) found.push({ x: (best % width) + 0.5, y: Math.floor(best / width) + 0.5, strength });
    }
  }
  return found
    .sort((p, q) => q.strength - p.strength)
    .slice(0, most)
    .map(({ x, y }) => ({ x, y }));
}
