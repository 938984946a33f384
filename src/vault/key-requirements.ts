import type { Database } from '../storage/schema.js';

/** The fingerprints that a change requires of every server from now on, and those that it does not require any more, by ring. */
export interface KeyRequirements {
  readonly required: Readonly<Record<string, readonly string[]>>;
  readonly released: Readonly<Record<string, readonly string[]>>;
}

/** Records a change of what is required. */
export type RecordKeys = (db: Database, change: KeyRequirements) => Promise<void>;
