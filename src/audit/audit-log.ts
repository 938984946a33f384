import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { Database } from '../storage/schema.js';

/** A value in the detail of an event: JSON. */
export type AuditValue = string | number | boolean | null | readonly AuditValue[] | { readonly [name: string]: AuditValue };

/**
 * An audited action. It must not contain personal data: nothing in the chain can be erased. Persons, accounts and companies are
 * named by their random uuids.
 */
export interface AuditEvent {
  /** account id; or `operator` for commands on the machine, `retention` for sweeps, `outside-provider` for its users' accounts */
  readonly actor: string;
  /** what was done */
  readonly action: AuditAction;
  /** whose data was affected; null: the whole installation's */
  readonly companyId: string | null;
  /** uuid of the person, account or scan affected, or the name of a client, of a ring of keys or of a pack */
  readonly subject: string | null;
  /** counts, scores, names of models and settings; of administrative actions also the origin, `old` and `new` (change-log.ts) */
  readonly detail?: Readonly<Record<string, AuditValue>>;
}

/** The audited actions. `docs/operations.md` describes them; a test compares. */
export const auditActions = [
  'person.create',
  'person.update',
  'person.erase',
  'person.compare',
  'person.picture.read',
  'document.compare',
  'enrolment.add',
  'enrolment.remove',
  'gallery.identify',
  'gallery.duplicate',
  'gallery.re-enrol',
  'picture.expire',
  'picture.clean',
  'scan.read',
  'scan.export',
  'scan.erase',
  'account.create',
  'account.disable',
  'account.enable',
  'account.password',
  'account.rights',
  'account.policy',
  'account.recognition',
  'account.pictures',
  'account.retention',
  'account.company',
  'client.create',
  'client.change',
  'client.remove',
  'key.stage',
  'key.require',
  'key.rotate',
  'key.accept',
  'key.release',
  'master-key.stage',
  'master-key.rotate',
  'master-key.retire',
  'pack.add',
  'pack.use',
  'pack.remove',
  'retention.confirm',
  'audit.archive',
  'receipt.archive',
  'server.start',
] as const;
/** One of {@link auditActions}. */
export type AuditAction = (typeof auditActions)[number];

/** A recorded event. */
export interface AuditRecord extends Required<AuditEvent> {
  /** 1, 2, 3 … without gaps */
  readonly sequence: number;
  /** epoch milliseconds */
  readonly happenedAt: number;
}

/** A record as stored: the action may be one that this release does not know, and the detail is JSON. */
export interface StoredRecord extends Omit<AuditRecord, 'action' | 'detail'> {
  readonly action: string;
  readonly detail: string;
  readonly hash: string;
}

/** Appends to a hash chain: each record has an HMAC-SHA-256 over itself and the previous record. */
export class AuditLog {
  readonly #key: KeyObject;

  /**
   * @param key at least 32 random bytes; without it nobody can forge a chain that verifies
   * @param now epoch milliseconds
   * @param demandKey called before each record. @throws if another key continues the chain
   */
  constructor(
    key: Uint8Array,
    readonly now: () => number,
    private readonly demandKey: (db: Database) => Promise<void> = async () => {},
  ) {
    this.#key = createSecretKey(key);
  }

  /**
   * Records an event in the caller's transaction, so that the action and its record are stored together or not at all. Locks the
   * end of the chain, so call it last in the transaction (after the gallery's clock): the lock is then held briefly and always
   * taken in the same order.
   */
  async append(db: Database, { actor, action, companyId, subject, detail = {} }: AuditEvent): Promise<void> {
    await this.demandKey(db);
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
    { sequence, happenedAt, companyId, actor, action, subject }: Omit<StoredRecord, 'detail' | 'hash'>,
    detail: string,
  ): string {
    return this.seal([previous, sequence, happenedAt, companyId, actor, action, subject, detail]);
  }

  /**
   * HMAC-SHA-256 of facts about the chain, in hexadecimal. Facts of other kinds than a record must not be eight values, so that no
   * record's hash passes for theirs.
   */
  seal(values: readonly (string | number | null)[]): string {
    return createHmac('sha256', this.#key).update(JSON.stringify(values)).digest('hex');
  }
}
