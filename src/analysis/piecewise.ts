/**
 * Piecewise linear interpolation between knots (x ascending), constant beyond both ends. It converts measurements to scores that
 * can be read off a table.
 */
export function piecewise(x: number, knots: readonly (readonly [x: number, y: number])[]): number {
  if (x <= knots[0]![0]) return knots[0]![1];
  for (let i = 1; i < knots.length; i++) {
    const [x1, y1] = knots[i]!;
    const [x0, y0] = knots[i - 1]!;
    if (x <= x1) return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
  }
  return knots[knots.length - 1]![1];
}
