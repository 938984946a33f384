import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Origin } from '../audit/change-log.js';
import type { Erasure } from '../audit/erasure-receipt.js';
import { deleteScansOfPerson } from '../scans/delete-scans.js';
import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { transact } from '../storage/transaction.js';
import { destroyDataKeys } from '../vault/data-keys.js';
import { removeEnrolments } from './enrolments.js';
import { recordChanges } from './gallery-clock.js';
import { GalleryError } from './gallery-error.js';
import type { GalleryParts } from './gallery-parts.js';
import { lockPerson } from './link-scan.js';
import type { Person } from './person.js';
import { findPerson } from './persons.js';
import { hasEndedHere } from './replica-id.js';

/** Milliseconds without a sign of life after which a process counts as dead, and its memory as freed. */
export const REPLICA_LIFE_MS = 4000;

/** The person to erase, and the actor. */
export interface EraseCommand {
  /** account id, or `operator` */
  readonly actor: string;
  /** of a command, for the audit log */
  readonly origin?: Origin;
  readonly companyId: string;
  readonly person: number;
  /** milliseconds to wait for processes with templates in memory (default 5000) */
  readonly waitMs?: number;
}

/** The result of an erasure. */
export interface Erased {
  /** the person before the erasure */
  readonly person: Person;
  readonly erasure: Erasure;
  /** signed receipt, a compact JWS of {@link Erasure} */
  readonly receipt: string;
  /** processes with templates in memory: how many dropped the person's templates in time, and how many did not */
  readonly replicas: { readonly confirmed: number; readonly pending: number };
}

/** Dependencies of an erasure. */
type ErasingParts = Pick<GalleryParts, 'store' | 'audit' | 'receipts'>;

/**
 * Erases a person: the row, templates, pictures, every scan in which a face was compared with the person, and the key, all in one
 * transaction with the receipt and the audit record. From the commit on the person is never returned, since searches re-read
 * candidates from the database. Then waits until every process has dropped the templates from memory, and has the database
 * overwrite the freed space.
 * @throws GalleryError `unknown-person`
 */
export async function erasePerson(parts: ErasingParts, command: EraseCommand, now: number = parts.store.now()): Promise<Erased> {
  const { store } = parts;
  const { companyId, person: number, waitMs = 5000 } = command;
  const { person, erasure, receipt } = await transact(store.db, async (db) => {
    const person = await findPerson(db, companyId, number);
    if (!person || !(await lockPerson(db, person))) throw new GalleryError('unknown-person');
    return { person, ...(await eraseRows(db, parts, person, command, now)) };
  });
  const replicas = await waitForReplicas(store, erasure.change, waitMs);
  await store.scrub();
  return { person, erasure, receipt, replicas };
}

async function eraseRows(
  db: Database,
  { audit, receipts }: ErasingParts,
  person: Person,
  { actor, origin }: EraseCommand,
  now: number,
) {
  const { companyId, number, id } = person;
  const enrolments = await removeEnrolments(db, person);
  const scans = await deleteScansOfPerson(db, id);
  const keys = (await destroyDataKeys(db, [id])) + scans.pictures;
  await db.deleteFrom('persons').where('number', '=', number).execute();
  const change = await recordChanges(db, [{ kind: 'remove', companyId, person: number, enrolment: null }], now);
  const erasure: Erasure = {
    id: randomUUID(),
    person: id,
    companyId,
    erasedAt: new Date(now).toISOString(),
    erasedBy: actor,
    counts: {
      persons: 1,
      enrolments: enrolments.numbers.length,
      pictures: enrolments.pictures + scans.pictures,
      scans: scans.scans,
      keys,
    },
    change,
  };
  const receipt = await receipts.sign(erasure);
  await db.insertInto('erasureReceipts').values({ id: erasure.id, companyId, receipt, createdAt: now }).execute();
  await audit.append(db, { actor, action: 'person.erase', companyId, subject: id, detail: { ...origin, receipt: erasure.id } });
  return { erasure, receipt };
}

/** Waits until all live processes have applied a change. */
async function waitForReplicas(
  { db, now }: Pick<Store, 'db' | 'now'>,
  change: number,
  waitMs: number,
): Promise<Erased['replicas']> {
  for (const deadline = performance.now() + waitMs; ; await sleep(50)) {
    const recent = await db
      .selectFrom('galleryReplicas')
      .select(['id', 'applied'])
      .where('seenAt', '>', now() - REPLICA_LIFE_MS)
      .execute();
    const alive = recent.filter(({ id, applied }) => applied >= change || !hasEndedHere(id));
    const confirmed = alive.filter(({ applied }) => applied >= change).length;
    if (confirmed === alive.length || performance.now() >= deadline) return { confirmed, pending: alive.length - confirmed };
  }
}
