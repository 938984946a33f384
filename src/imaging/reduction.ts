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

/** From this ratio on, sharp has libjpeg decode at half the size: from 2 to 3, it has it decode all pixels. */
const halfFrom = 3;

/**
 * Chooses the size at which a picture is decoded. A JPEG that is two to three times too long is decoded to a third of its size, where that
 * suffices: libjpeg then decodes at half the size, for 30 % less time. What is left is a factor of 1.5, which a linear kernel does unevenly
 * from pixel to pixel, so that skin looked like a raster.
 * @param longer the longer side as sent, in pixels
 * @returns undefined if the picture keeps its size
 */
export function chooseReduction(format: PictureFormat, longer: number, { maxSide, leastSide = maxSide }: SufficientSides) {
  if (longer <= maxSide) return undefined;
  const third = Math.floor(longer / halfFrom);
  const isCheaper = format === 'jpeg' && longer > 2 * maxSide && third < maxSide && third >= leastSide;
  return (isCheaper ? { side: third, kernel: 'lanczos3' } : { side: maxSide, kernel: 'linear' }) satisfies Reduction;
}
