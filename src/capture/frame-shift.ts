/** A grey picture with values of any range, rows from the top. */
export interface GreyField {
  readonly data: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
}

/** How far a picture moved. */
export interface Shift {
  /** length of the movement in pixels; exact below one pixel, a lower bound above */
  readonly pixels: number;
  /** sum of the squared gradients in the weaker direction: the more texture, the more exact is `pixels` */
  readonly texture: number;
}

/**
 * Measures the movement between two pictures of the same size: the least-squares fit of their difference by the gradients (Lucas
 * and Kanade, 1981). A uniform change of brightness has no influence.
 */
export function measureShift(from: GreyField, to: GreyField): Shift {
  const { width, height } = from;
  let [n, sx, sy, sd, sxx, syy, sxy, sxd, syd] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  const mean = (at: number): number => (from.data[at]! + to.data[at]!) / 2;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++, n++) {
      const at = y * width + x;
      const gx = (mean(at + 1) - mean(at - 1)) / 2;
      const gy = (mean(at + width) - mean(at - width)) / 2;
      const d = to.data[at]! - from.data[at]!;
      sx += gx;
      sy += gy;
      sd += d;
      sxx += gx * gx;
      syy += gy * gy;
      sxy += gx * gy;
      sxd += gx * d;
      syd += gy * d;
    }
  }
  if (n === 0) return { pixels: 0, texture: 0 };
  const [xx, yy, xy] = [sxx - (sx * sx) / n, syy - (sy * sy) / n, sxy - (sx * sy) / n];
  const [xd, yd] = [sxd - (sx * sd) / n, syd - (sy * sd) / n];
  const determinant = xx * yy - xy * xy;
  if (determinant <= 1e-6) return { pixels: 0, texture: 0 };
  return {
    pixels: Math.hypot((yy * xd - xy * yd) / determinant, (xx * yd - xy * xd) / determinant),
    texture: Math.min(xx, yy),
  };
}
