import type { PictureFormat } from './picture-format.js';

/** How a picture is made smaller while it is decoded. */
export interface Reduction {
  /** length of the longer side, pixels */
  readonly side: number;
  /** libvips' kernel for what the decoder leaves to do */
  readonly kernel: 'linear' | 'lanczos3';
}

/** Lengths of the longer side that suffice, in pixels. */
export interface SufficientSides {
  /** a longer picture is reduced to this */
  readonly maxSide: number;
  /** or to a length from here on, where that costs less (default: `maxSide`) */
  readonly leastSide?: number;
}

/** libjpeg can decode at these parts of the size, for less time. */
const parts = [2, 4, 8];

/**
 * Chooses the size at which a picture is decoded. sharp has libjpeg decode at a half, a quarter or an eighth only if at least one more
 * such part is left: from 2 to 3 times too long, it has it decode all pixels, from 4 to 5 a quarter of them. A JPEG of such a length is
 * reduced to a third, a fifth or a ninth, where that suffices. What is left to libvips then is a factor of 1.1 to 1.5, which the linear
 * kernel does unevenly from pixel to pixel, so that skin looks like a raster.
 * @param longer the longer side as sent, in pixels
 * @returns undefined if the picture keeps its size
 */
export function chooseReduction(
  format: PictureFormat,
  longer: number,
  { maxSide, leastSide = maxSide }: SufficientSides,
): Reduction | undefined {
  if (longer <= maxSide) return undefined;
  const whole = Math.floor(longer / maxSide);
  const side = Math.floor(longer / (whole + 1));
  const isCheaper = format === 'jpeg' && parts.includes(whole) && side >= leastSide;
  return isCheaper ? { side, kernel: 'lanczos3' } : { side: maxSide, kernel: 'linear' };
}
