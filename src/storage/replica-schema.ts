import type { EpochMs, Fixed } from './column.js';

/** Servers that use this database. */
export interface ServersTable {
  /** uuid of the process */
  readonly id: Fixed<string>;
  /** for messages to the operator */
  readonly host: Fixed<string>;
  readonly startedAt: Fixed<EpochMs>;
  readonly seenAt: EpochMs;
  /** JSON: the fingerprints of the keys that it holds, by key ring, the current key first */
  readonly heldKeys: string;
}

/** The keys that every server must hold. */
export interface KeyFingerprintsTable {
  /** the name of the key ring */
  readonly ring: Fixed<string>;
  /** identifies the key without revealing it */
  readonly fingerprint: Fixed<string>;
  /** when the key is no longer needed; null: it is the current one */
  readonly expiresAt: EpochMs | null;
}

/** A single row: how far sweeps trust the clock. */
export interface SweepClockTable {
  readonly id: Fixed<number>;
  /** what expired later is not deleted yet */
  readonly trustedTo: EpochMs;
}
