/**
 * A decoded picture: interleaved 8-bit sRGB, three bytes a pixel (R, G, B), rows from the top, upright.
 * Coordinates everywhere are pixels of such a picture, (0,0) the outer corner of the top left pixel, x to the right, y down.
 */
export interface RgbImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}
