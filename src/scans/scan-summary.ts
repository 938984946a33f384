/** A field of a summary: what it holds, and whether it may be null (not known). */
export interface SummaryFieldType {
  readonly kind: 'number' | 'text' | 'flag';
  readonly isNullable: boolean;
}

const known = <K extends SummaryFieldType['kind']>(kind: K) => ({ kind, isNullable: false }) as const;
const nullable = <K extends SummaryFieldType['kind']>(kind: K) => ({ kind, isNullable: true }) as const;

/**
 * The fields by which stored scans are filtered and sorted, and which clients may correct. This table is their only definition:
 * types, sort fields, columns and what contract C documents, exports and accepts derive from it. The columns themselves are in
 * storage/schema.ts; the compiler compares both.
 */
export const summaryFields = {
  /** duration of the analysis in seconds */
  elapsedTime: known('number'),
  channel: nullable('text'),
  /** the client's own label for finding the scan again */
  reference: nullable('text'),
  /** the contract's own word for the outcome */
  result: known('text'),
  /** 0..1, higher is live */
  livenessScore: nullable('number'),
  eyeClosed: nullable('flag'),
  mouthOpened: nullable('flag'),
  /** the face is close to the border of the picture, or crosses it */
  boundaryFace: nullable('flag'),
  notFront: nullable('flag'),
  occluded: nullable('flag'),
  small: nullable('flag'),
  quality: nullable('text'),
  luminance: nullable('text'),
} as const satisfies Readonly<Record<string, SummaryFieldType>>;

/** The name of a summary field. */
export type SummaryField = keyof typeof summaryFields;
/** All names, in the order of the table. */
export const summaryFieldNames = Object.keys(summaryFields) as readonly SummaryField[];

type Nullable<F extends SummaryField, T> = (typeof summaryFields)[F]['isNullable'] extends true ? T | null : T;
/** The types of the fields, and of their columns: SQLite has no boolean. */
type Values = { readonly number: number; readonly text: string; readonly flag: boolean };
type ColumnValues = { readonly number: number; readonly text: string; readonly flag: number };

/** A contract's summary of a scan. Null: not known. */
export type ScanSummary = { readonly [F in SummaryField]: Nullable<F, Values[(typeof summaryFields)[F]['kind']]> };
/** The columns that store a {@link ScanSummary}. */
export type SummaryColumns = { readonly [F in SummaryField]: Nullable<F, ColumnValues[(typeof summaryFields)[F]['kind']]> };

/**
 * The fields by which scans can be sorted.
 * @internal exported for a test of the query plans
 */
export const SCAN_SORT_FIELDS = [
  'number',
  'id',
  'createdAt',
  'updatedAt',
  'createdBy',
  'updatedBy',
  ...summaryFieldNames,
] as const;

/** One of {@link SCAN_SORT_FIELDS}. */
export type ScanSortField = (typeof SCAN_SORT_FIELDS)[number];

/** The columns of a summary. No database's text can hold a NUL character, so it is removed. */
export function toColumns(summary: ScanSummary): SummaryColumns {
  const values = summaryFieldNames.map((name) => {
    const value = summary[name];
    return [name, typeof value === 'boolean' ? Number(value) : typeof value === 'string' ? withoutNul(value) : value];
  });
  return Object.fromEntries(values) as SummaryColumns;
}

/** Converts columns to a summary; accepts a whole row. */
export function fromColumns(row: SummaryColumns): ScanSummary {
  const values = summaryFieldNames.map((name) => {
    const value = row[name];
    return [name, summaryFields[name].kind === 'flag' && value !== null ? value !== 0 : value];
  });
  return Object.fromEntries(values) as ScanSummary;
}

/** The text in a form that every database can store. */
export function withoutNul(text: string): string;
export function withoutNul(text: string | null | undefined): string | null;
export function withoutNul(text: string | null | undefined): string | null {
  return text?.replaceAll('\0', '') ?? null;
}
