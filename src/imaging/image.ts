/**
 * A decoded, upright picture: interleaved 8-bit sRGB, three bytes per pixel (R, G, B), top row first.
 * All coordinates are in pixels of such a picture: (0,0) is the outer corner of the top left pixel, x points right and y down.
 */
export interface RgbImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}
