import { createHmac } from 'node:crypto';
import type { Database } from '../storage/schema.js';

/** What is recorded of a deed. Nothing in it may be personal data: who it was done to is a random uuid. */
export interface AuditEvent {
  /** account id, or `operator` for commands on the machine */
  readonly actor: string;
  /** what was done */
  readonly action: AuditAction;
  /** whose data; null: the whole installation's */
  readonly companyId: string | null;
  /** uuid of the person it was done to */
  readonly subject: string | null;
  /** counts, scores, names of models and settings */
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
}

/** What can be done to a person. */
export type AuditAction =
  | 'person.create'
  | 'person.update'
  | 'person.erase'
  | 'person.compare'
  | 'person.picture.read'
  | 'document.compare'
  | 'enrolment.add'
  | 'enrolment.remove'
  | 'gallery.identify'
  | 'gallery.duplicate'
  | 'gallery.re-enrol'
  | 'picture.expire'
  | 'master-key.rotate';

/** A recorded event. */
export interface AuditRecord extends Required<AuditEvent> {
  /** 1, 2, 3 … without a gap */
  readonly sequence: number;
  /** epoch milliseconds */
  readonly happenedAt: number;
}

/** Appends to the chain: each record carries an HMAC-SHA-256 over itself and the one before. */
export class AuditLog {
  /** @param key 32 random bytes or more: without it nobody can make a chain that verifies @param now epoch milliseconds */
  constructor(
    private readonly key: Uint8Array,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Records an event in the transaction of the deed: both are there or neither. Takes the lock of the chain's end, so it comes last in
   * its transaction (after the gallery's clock), to be held briefly and always in the same order.
   */
  async append(db: Database, { actor, action, companyId, subject, detail = {} }: AuditEvent): Promise<void> {
    const head = await db
      .updateTable('auditHead')
      .set((sql) => ({ sequence: sql('sequence', '+', 1) }))
      .where('id', '=', 1)
      .returning(['sequence', 'hash'])
      .executeTakeFirstOrThrow();
    const record: AuditRecord = { sequence: head.sequence, happenedAt: this.now(), companyId, actor, action, subject, detail };
    const text = JSON.stringify(detail);
    const hash = this.chain(head.hash, record, text);
    await db
      .insertInto('auditEvents')
      .values({ ...record, detail: text, hash })
      .execute();
    await db.updateTable('auditHead').set({ hash }).where('id', '=', 1).execute();
  }

  /** The hash of a record after the one whose hash is `previous`. @param detail as it is stored */
  chain(
    previous: string,
    { sequence, happenedAt, companyId, actor, action, subject }: Omit<AuditRecord, 'detail'>,
    detail: string,
  ): string {
    return createHmac('sha256', this.key)
      .update(JSON.stringify([previous, sequence, happenedAt, companyId, actor, action, subject, detail]))
      .digest('hex');
  }
}
