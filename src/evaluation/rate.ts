/** A share of some presentations, with its 95 % confidence interval. */
export interface Rate {
  readonly count: number;
  readonly of: number;
  /** count / of, 0..1; null if `of` is 0 */
  readonly value: number | null;
  /** Wilson score interval, 0..1; null if `of` is 0 */
  readonly low: number | null;
  readonly high: number | null;
}

/** 97.5 % quantile of the standard normal distribution: ±z contains 95 %. */
const z = 1.959963984540054;

/**
 * A rate with its Wilson score interval (Wilson, "Probable inference, the law of succession, and statistical inference", 1927),
 * without continuity correction. Unlike the normal approximation, it is valid for small samples and for rates near 0 and 1.
 * @throws RangeError if count is not within 0..of
 */
export function makeRate(count: number, of: number): Rate {
  if (!(count >= 0 && count <= of)) throw new RangeError(`invalid rate: ${count} of ${of}`);
  if (of === 0) return { count, of, value: null, low: null, high: null };
  const p = count / of;
  const centre = (p + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z / (1 + (z * z) / of)) * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of));
  return {
    count,
    of,
    value: p,
    low: count === 0 ? 0 : Math.max(0, centre - half),
    high: count === of ? 1 : Math.min(1, centre + half),
  };
}

/** The rate of items for which `holds` is true. */
export function countRate<T>(items: readonly T[], holds: (item: T) => boolean): Rate {
  return makeRate(
    items.reduce((n, item) => n + (holds(item) ? 1 : 0), 0),
    items.length,
  );
}
