import type { ColumnType } from 'kysely';

/** Milliseconds since 1970-01-01T00:00Z, as an integer in every dialect. */
export type EpochMs = number;

/** Set when the row is created, and never changed. */
export type Fixed<T> = ColumnType<T, T, never>;
