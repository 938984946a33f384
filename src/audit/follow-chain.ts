import type { Database } from '../storage/schema.js';
import type { AuditLog, StoredRecord } from './audit-log.js';
import type { ChainPoint } from './audit-marks.js';

/** Records read at a time. */
const BATCH = 1000;

/** The chain is broken: `message` says how. */
export class ChainBreak extends Error {
  override name = 'ChainBreak';

  /** @param sequence of the first record that was changed or is missing */
  constructor(
    readonly sequence: number,
    fault: string,
  ) {
    super(fault);
  }
}

/**
 * What the parts of one chain must agree on: archives that overlap, the database, and the marks. Two parts with the same hash at
 * one record agree on all records before it, too.
 */
export class ChainWitness {
  /** `undefined` until the record is met */
  readonly #hashes = new Map<number, string | undefined>();
  #isHeadSeen: boolean;

  /** @param head hash of a record that must be met; absent or empty: none */
  constructor(private readonly head = '') {
    this.#isHeadSeen = head === '';
  }

  /** Whether the record with the demanded hash was met. */
  get isHeadSeen(): boolean {
    return this.#isHeadSeen;
  }

  /** Compares this record in all parts. */
  watch(sequence: number): void {
    if (!this.#hashes.has(sequence)) this.#hashes.set(sequence, undefined);
  }

  /** Demands this hash of all parts. @throws ChainBreak if a part had another one */
  demand({ sequence, hash }: ChainPoint): void {
    this.watch(sequence);
    this.meet(sequence, hash);
  }

  /** @throws ChainBreak if another part has another hash for this record */
  meet(sequence: number, hash: string): void {
    this.#isHeadSeen ||= hash === this.head;
    if (!this.#hashes.has(sequence)) return;
    const known = this.#hashes.get(sequence);
    if (known !== undefined && known !== hash)
      throw new ChainBreak(sequence, 'it is not the record of an archive or of an earlier verification');
    this.#hashes.set(sequence, hash);
  }
}

/** Recomputes a chain, record by record. */
export class ChainFollower {
  #sequence: number;
  #hash: string;

  constructor(
    private readonly log: AuditLog,
    from: ChainPoint,
    private readonly witness: ChainWitness,
  ) {
    this.#sequence = from.sequence;
    this.#hash = from.hash;
    witness.meet(from.sequence, from.hash);
  }

  /** The last record that was followed. */
  get point(): ChainPoint {
    return { sequence: this.#sequence, hash: this.#hash };
  }

  /** @throws ChainBreak if this is not the next record, or was changed */
  add(record: StoredRecord): void {
    const sequence = this.#sequence + 1;
    if (record.sequence !== sequence) throw new ChainBreak(sequence, 'a record is missing');
    const hash = this.log.chain(this.#hash, record, record.detail);
    if (record.hash !== hash) throw new ChainBreak(sequence, 'the record or the one before it was changed');
    this.witness.meet(sequence, hash);
    this.#sequence = sequence;
    this.#hash = hash;
  }
}

/** Reads the records after `after` up to `to` in order, in batches. Memory stays constant. */
export async function* readStored(db: Database, after: number, to: number): AsyncGenerator<readonly StoredRecord[]> {
  for (let last = after; last < to; ) {
    const rows: StoredRecord[] = await db
      .selectFrom('auditEvents')
      .selectAll()
      .where('sequence', '>', last)
      .where('sequence', '<=', to)
      .orderBy('sequence')
      .limit(BATCH)
      .execute();
    if (rows.length > 0) yield rows;
    if (rows.length < BATCH) return;
    last = rows.at(-1)!.sequence;
  }
}
