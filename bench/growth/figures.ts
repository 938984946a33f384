import type { DatabaseName, SectionName } from './options.js';

/** Which checkout was measured: the one given by `--against`, or this one. */
export type Version = 'before' | 'after';

/** The unit of a figure. */
export type Unit = 'ms' | 'MB' | 'rows/s' | 'requests' | 'processes';

/** What was measured of one operation, on one database with one number of rows, of one version. */
export interface Figure {
  readonly section: SectionName;
  /** what was done; the same for all databases, sizes and versions */
  readonly operation: string;
  readonly database: DatabaseName;
  /** rows */
  readonly size: number;
  readonly version: Version;
  readonly unit: Unit;
  /** measurements */
  readonly n: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** The figures of a run, and the machine on which they were measured. */
export interface Run {
  /** ISO 8601 */
  readonly measuredAt: string;
  readonly machine: string;
  /** the checkouts: commit, or folder */
  readonly versions: Readonly<Partial<Record<Version, string>>>;
  /** the load average of the machine, every minute, this bench's own work included */
  readonly load: { readonly least: number; readonly most: number };
  readonly figures: readonly Figure[];
}

/** The value below which a part of the values lies. @param part 0..1: 0.5 is the median @param values not empty */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
}

/** @param values not empty */
export const summarizeValues = (values: readonly number[]): Pick<Figure, 'n' | 'p50' | 'p95' | 'max'> => ({
  n: values.length,
  p50: quantile(values, 0.5),
  p95: quantile(values, 0.95),
  max: Math.max(...values),
});
