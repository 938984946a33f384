/** Light and fine detail of a patch of grey. */
export interface Detail {
  /** mean luma, 0..255 */
  readonly luminance: number;
  /** standard deviation of the luma */
  readonly contrast: number;
  /** part of the pixels with luma ≥ 250 */
  readonly burntOut: number;
  /** variance of the 3×3 Laplacian over the variance of the luma: how much of the contrast is fine, whatever the light */
  readonly sharpness: number;
}

/**
 * Measures a rectangle of a grey picture.
 * @param grey luma 0..255, row by row
 * @param width of a row
 * @param area x2 and y2 exclusive; at least one pixel from every border of the picture
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
