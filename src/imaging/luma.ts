import type { RgbImage } from './image.js';
import { kernels } from './kernels/load-kernels.js';
import { derive } from './kernels/pixel-memory.js';

/** A grey picture: one byte per pixel, 0..255, top row first. */
export interface LumaImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Luma of a picture: 0.299 R + 0.587 G + 0.114 B, rounded half up. */
export function toLuma(image: RgbImage): LumaImage {
  const { width, height } = image;
  const data = derive(image.data, new Uint8Array(width * height), (from, to) => kernels().toLuma(from, width * height, to));
  return { data, width, height };
}

/** A rectangle in pixels; fractions are allowed. */
export interface LumaArea {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Mean luma of each cell of a grid, row by row. A cell that contains no whole pixel takes the nearest one.
 * @param area covered by the grid (default: the whole picture)
 */
export function toGrid(
  { data, width, height }: LumaImage,
  columns: number,
  rows: number,
  area: LumaArea = { x: 0, y: 0, width, height },
): Float64Array {
  const grid = new Float64Array(columns * rows);
  const edge = (start: number, length: number, part: number, size: number): number =>
    Math.min(size, Math.max(0, Math.round(start + length * part)));
  for (let row = 0; row < rows; row++) {
    const top = Math.min(height - 1, edge(area.y, area.height, row / rows, height));
    const bottom = Math.max(top + 1, edge(area.y, area.height, (row + 1) / rows, height));
    for (let column = 0; column < columns; column++) {
      const left = Math.min(width - 1, edge(area.x, area.width, column / columns, width));
      const right = Math.max(left + 1, edge(area.x, area.width, (column + 1) / columns, width));
      let sum = 0;
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += data[y * width + x]!;
      grid[row * columns + column] = sum / ((bottom - top) * (right - left));
    }
  }
  return grid;
}

/** Pearson correlation, −1..1; 0 if either sequence is constant. */
export function correlate(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = Math.min(a.length, b.length);
  let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    sumA += a[i]!;
    sumB += b[i]!;
    squaresA += a[i]! ** 2;
    squaresB += b[i]! ** 2;
    products += a[i]! * b[i]!;
  }
  const variances = (squaresA - sumA ** 2 / n) * (squaresB - sumB ** 2 / n);
  return variances > 1e-9 ? (products - (sumA * sumB) / n) / Math.sqrt(variances) : 0;
}

/** Mean absolute difference of two sequences of the same length. */
export function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}
