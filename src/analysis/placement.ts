import { type Box, boxHeight } from '../imaging/geometry.js';

/** Size of an upright picture, in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/**
 * Distance of a box from the nearest border, as a part of the picture's width or height; negative where the box reaches out of
 * the picture.
 */
export const borderMargin = ({ x1, y1, x2, y2 }: Box, { width, height }: PictureSize): number =>
  Math.min(x1 / width, y1 / height, 1 - x2 / width, 1 - y2 / height);

/**
 * Height of a box over the geometric mean of the picture's sides. It measures the same part of the picture's area in portrait and
 * in landscape.
 */
export const relativeSize = (box: Box, { width, height }: PictureSize): number => boxHeight(box) / Math.sqrt(width * height);
