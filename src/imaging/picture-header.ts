/** What is known of a picture before it is decoded. */
export interface PictureHeader {
  /** size as sent, after the EXIF orientation is applied, in pixels */
  readonly width: number;
  readonly height: number;
  /** number of frames or pages */
  readonly frames: number;
  readonly hasAlpha: boolean;
  /** whether it is RGB, of 8 or 16 bits, with a colour profile */
  readonly hasRgbProfile: boolean;
}

/** What a picture may have: see DecodeLimits. */
interface HeaderLimits {
  readonly maxPixels: number;
  readonly maxSide: number;
}

/** Longest side of a picture as sent, in pixels: WebP's own limit, and enough for the panoramas of phones. */
const maxSentSide = 16_384;
/** A picture whose sides differ by more than this factor has no face of a usable size once its longer side is `maxSide`. */
const maxShape = 20;
/** Frames of an animation, of which only the first is decoded. */
const maxFrames = 1000;

/** What of a picture is too much, for the log. @returns undefined if it may be decoded */
export function describeExcess(
  { width, height, frames }: PictureHeader,
  { maxPixels, maxSide }: HeaderLimits,
): string | undefined {
  const size = `${width}×${height}×${frames} pixels`;
  if (width * height * frames > maxPixels) return size;
  const [shorter, longer] = [Math.min(width, height), Math.max(width, height)];
  const isLong = longer > maxSentSide || (longer > maxSide && longer > maxShape * shorter);
  return isLong || frames > maxFrames ? `${size} are too long, thin or many frames` : undefined;
}
