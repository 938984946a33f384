import { createHmac } from 'node:crypto';
import type { Database } from '../storage/schema.js';

/** An audited action. It must not contain personal data: the subject is a random uuid. */
export interface AuditEvent {
  /** account id, or `operator` for commands on the machine */
  readonly actor: string;
  /** what was done */
  readonly action: AuditAction;
  /** whose data was affected; null: the whole installation's */
  readonly companyId: string | null;
  /** uuid of the person affected */
  readonly subject: string | null;
  /** counts, scores, names of models and settings */
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
}

/** The audited actions. */
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
  /** 1, 2, 3 … without gaps */
  readonly sequence: number;
  /** epoch milliseconds */
  readonly happenedAt: number;
}

/** Appends to a hash chain: each record has an HMAC-SHA-256 over itself and the previous record. */
export class AuditLog {
  /** @param key at least 32 random bytes; without it nobody can forge a chain that verifies @param now epoch milliseconds */
  constructor(
    private readonly key: Uint8Array,
    private readonly now: () => number,
  ) {}

  /**
   * Records an event in the caller's transaction, so that the action and its record are stored together or not at all. Locks the
   * end of the chain, so call it last in the transaction (after the gallery's clock): the lock is then held briefly and always
   * taken in the same order.
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

  /** The hash of a record that follows the one with the hash `previous`. @param detail as stored */
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
