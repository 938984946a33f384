/**
 * Solves square systems of linear equations with the same matrix, by Gauss–Jordan elimination with pivots.
 * @param rows each with the matrix's numbers, then one number per right-hand side; overwritten
 * @returns one solution per right-hand side; undefined if the matrix is singular, or nearly
 */
export function solveLinear(rows: Float64Array[]): Float64Array[] | undefined {
  const size = rows.length;
  const width = rows[0]?.length ?? 0;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let i = column + 1; i < size; i++) if (Math.abs(rows[i]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = i;
    // Not written as its opposite, so that NaN ends here.
    if (!(Math.abs(rows[pivot]![column]!) > 1e-9)) return undefined;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const leading = rows[column]!;
    for (let i = 0; i < size; i++) {
      const factor = i === column ? 0 : rows[i]![column]! / leading[column]!;
      if (factor !== 0) for (let k = column; k < width; k++) rows[i]![k]! -= factor * leading[k]!;
    }
  }
  return Array.from({ length: width - size }, (_, side) =>
    Float64Array.from({ length: size }, (_, i) => rows[i]![size + side]! / rows[i]![i]!),
  );
}
