import type { Point } from './geometry.js';
import type { RgbImage } from './image.js';
import { kernels } from './kernels/load-kernels.js';
import { derive } from './kernels/pixel-memory.js';

/** A clockwise turn, in degrees. */
export type Turn = 90 | 180 | 270;

/** Turns a picture clockwise. */
export function turnImage(image: RgbImage, turn: Turn): RgbImage {
  const [across, down] = [3, image.width * 3];
  const [right, bottom] = [(image.width - 1) * across, (image.height - 1) * down];
  // Where the result begins in the picture, and which way its rows and columns go there.
  const [first, alongRow, alongColumn] = {
    90: [bottom, -down, across],
    180: [bottom + right, -across, -down],
    270: [right, down, -across],
  }[turn] as [number, number, number];
  const [width, height] = turn === 180 ? [image.width, image.height] : [image.height, image.width];
  const data = derive(image.data, new Uint8Array(image.data.length), (from, to) =>
    kernels().turn(from + first, alongRow, alongColumn, to, width, height),
  );
  return { data, width, height };
}

/**
 * Maps a point of a turned picture back to the original picture.
 * @param turned how the picture was turned; 0 for not at all
 * @param size width and height of the turned picture
 */
export function turnBack(point: Point, turned: Turn | 0, size: { readonly width: number; readonly height: number }): Point {
  if (turned === 90) return { x: point.y, y: size.width - point.x };
  if (turned === 180) return { x: size.width - point.x, y: size.height - point.y };
  if (turned === 270) return { x: size.height - point.y, y: point.x };
  return point;
}
