import type { Selectable } from 'kysely';
import type { ScanSummariesTable } from '../storage/schema.js';

/** A contract's view of a scan, which can be filtered, sorted and corrected. Null: unknown. */
export interface ScanSummary {
  /** seconds the analysis took */
  readonly elapsedTime: number;
  readonly channel: string | null;
  /** the client's own reference, for finding the scan again */
  readonly reference: string | null;
  readonly result: string;
  /** 0..1, higher is live */
  readonly livenessScore: number | null;
  readonly eyeClosed: boolean | null;
  readonly mouthOpened: boolean | null;
  readonly boundaryFace: boolean | null;
  readonly notFront: boolean | null;
  readonly occluded: boolean | null;
  readonly small: boolean | null;
  readonly quality: string | null;
  readonly luminance: string | null;
}

/** The fields that scans can be sorted by. */
export const SCAN_SORT_FIELDS = [
  'number',
  'id',
  'createdAt',
  'updatedAt',
  'createdBy',
  'updatedBy',
  'elapsedTime',
  'channel',
  'reference',
  'result',
  'livenessScore',
  'eyeClosed',
  'mouthOpened',
  'boundaryFace',
  'notFront',
  'occluded',
  'small',
  'quality',
  'luminance',
] as const;

/** One of {@link SCAN_SORT_FIELDS}. */
export type ScanSortField = (typeof SCAN_SORT_FIELDS)[number];

type SummaryRow = Selectable<ScanSummariesTable>;
/** The database columns of a {@link ScanSummary}. */
export type SummaryColumns = Pick<SummaryRow, keyof ScanSummary>;

/** Converts a summary to columns: SQLite has no boolean, and NUL characters cannot be stored as text. */
export function toColumns(summary: ScanSummary): SummaryColumns {
  const { elapsedTime, livenessScore } = summary;
  return {
    elapsedTime,
    livenessScore,
    channel: withoutNul(summary.channel),
    reference: withoutNul(summary.reference),
    result: withoutNul(summary.result),
    quality: withoutNul(summary.quality),
    luminance: withoutNul(summary.luminance),
    eyeClosed: toBit(summary.eyeClosed),
    mouthOpened: toBit(summary.mouthOpened),
    boundaryFace: toBit(summary.boundaryFace),
    notFront: toBit(summary.notFront),
    occluded: toBit(summary.occluded),
    small: toBit(summary.small),
  };
}

/** Converts columns to a summary; accepts a whole row. */
export function fromColumns(row: SummaryColumns): ScanSummary {
  const { elapsedTime, channel, reference, result, livenessScore, quality, luminance } = row;
  return {
    elapsedTime,
    channel,
    reference,
    result,
    livenessScore,
    eyeClosed: fromBit(row.eyeClosed),
    mouthOpened: fromBit(row.mouthOpened),
    boundaryFace: fromBit(row.boundaryFace),
    notFront: fromBit(row.notFront),
    occluded: fromBit(row.occluded),
    small: fromBit(row.small),
    quality,
    luminance,
  };
}

const toBit = (value: boolean | null): number | null => (value === null ? null : Number(value));
const fromBit = (value: number | null): boolean | null => (value === null ? null : value !== 0);

/** Removes NUL characters, which no database stores. */
export function withoutNul(text: string): string;
export function withoutNul(text: string | null | undefined): string | null;
export function withoutNul(text: string | null | undefined): string | null {
  return text?.replaceAll('\0', '') ?? null;
}
