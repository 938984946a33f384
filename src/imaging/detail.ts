/** Brightness and fine detail of an area. */
export interface Detail {
  /** mean luma, 0..255 */
  readonly luminance: number;
  /** standard deviation of the luma */
  readonly contrast: number;
  /** fraction of pixels with luma ≥ 250, 0..1 */
  readonly burntOut: number;
  /**
   * variance of the 3×3 Laplacian over variance of the luma: the share of fine detail in the contrast, independent of brightness
   */
  readonly sharpness: number;
}

/**
 * Measures a rectangle of a grey picture.
 * @param grey luma 0..255, row by row
 * @param width pixels per row
 * @param area x2 and y2 are exclusive; at least one pixel away from every border of the picture
 */
export function measureDetail(
  grey: Float32Array,
  width: number,
  area: { x1: number; y1: number; x2: number; y2: number },
): Detail {
  let [sum, squares, burnt, detail, detailSquares, n] = [0, 0, 0, 0, 0, 0];
  for (let y = area.y1; y < area.y2; y++) {
    for (let x = area.x1; x < area.x2; x++, n++) {
      const at = y * width + x;
      const v = grey[at]!;
      const laplacian = grey[at - 1]! + grey[at + 1]! + grey[at - width]! + grey[at + width]! - 4 * v;
      sum += v;
      squares += v * v;
      if (v >= 250) burnt++;
      detail += laplacian;
      detailSquares += laplacian * laplacian;
    }
  }
  const luminance = sum / n;
  const variance = Math.max(0, squares / n - luminance * luminance);
  return {
    luminance,
    contrast: Math.sqrt(variance),
    burntOut: burnt / n,
    sharpness: (detailSquares / n - (detail / n) ** 2) / Math.max(1, variance),
  };
}
