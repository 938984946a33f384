import type { Point } from './geometry.js';
import type { RgbImage } from './image.js';

/** A clockwise turn, in degrees. */
export type Turn = 90 | 180 | 270;

/** Turns a picture clockwise. */
export function turnImage(image: RgbImage, turn: Turn): RgbImage {
  const { data, width, height } = image;
  const out = new Uint8Array(data.length);
  const [outWidth, outHeight] = turn === 180 ? [width, height] : [height, width];
  let from = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, from += 3) {
      const toX = turn === 90 ? height - 1 - y : turn === 180 ? width - 1 - x : y;
      const toY = turn === 90 ? x : turn === 180 ? height - 1 - y : width - 1 - x;
      const to = (toY * outWidth + toX) * 3;
      out[to] = data[from]!;
      out[to + 1] = data[from + 1]!;
      out[to + 2] = data[from + 2]!;
    }
  }
  return { data: out, width: outWidth, height: outHeight };
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
