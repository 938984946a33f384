import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Origin } from '../audit/change-log.js';
import type { Erasure } from '../audit/erasure-receipt.js';
import { destroyScanKeys } from '../scans/delete-scans.js';
import type { Database } from '../storage/schema.js';
import { transact } from '../storage/transaction.js';
import { destroyDataKeys } from '../vault/data-keys.js';
import { beginErasure, type ErasureParts, eraseRest } from './finish-erasure.js';
import { readPosition, recordChanges } from './gallery-clock.js';
import { GalleryError } from './gallery-error.js';
import { lockPerson } from './link-scan.js';
import type { Person } from './person.js';
import { findPerson } from './persons.js';
import { hasEndedHere } from './replica-id.js';
import type { TemplateSearch } from './template-search.js';

/** Milliseconds without a sign of life after which a process counts as dead, and its memory as freed. */
export const REPLICA_LIFE_MS = 4000;
/** Milliseconds between two looks at the progress of other processes, which poll the database themselves. */
const LOOK_MS = 50;

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

/** What an erasure needs. */
export interface ErasingParts extends ErasureParts {
  /** templates in this process's memory */
  readonly search?: Pick<TemplateSearch, 'follow'>;
}

/**
 * Erases a person. The first transaction removes the row, the templates and all keys, and writes the audit record: from its commit
 * on nothing of the person can be read, and the person is never returned, since searches re-read candidates from the database.
 * Scans in which a face was compared with the person, and pictures, follow in batches, the first of them in the same transaction,
 * and with the last of them the receipt. Meanwhile every process drops the templates from memory. At last the database overwrites
 * the freed space.
 * @throws GalleryError `unknown-person`
 */
export async function erasePerson(parts: ErasingParts, command: EraseCommand, now: number = parts.store.now()): Promise<Erased> {
  const { store } = parts;
  const { companyId, person: number, waitMs = 5000 } = command;
  const { person, begun, erased } = await transact(store.db, async (db) => {
    const person = await findPerson(db, companyId, number);
    if (!person || !(await lockPerson(db, person))) throw new GalleryError('unknown-person');
    return { person, ...(await eraseRows(db, parts, person, command, now)) };
  });
  const [rest, replicas] = await Promise.all([erased ?? eraseRest(parts, begun.id), dropTemplates(parts, begun.change, waitMs)]);
  await store.scrub();
  // Undefined after a stop only, and nothing stops it.
  return { person, ...rest!, replicas };
}

async function eraseRows(db: Database, parts: ErasingParts, person: Person, { actor, origin }: EraseCommand, now: number) {
  const { companyId, number, id } = person;
  const { numDeletedRows: enrolments } = await db.deleteFrom('enrolments').where('person', '=', number).executeTakeFirstOrThrow();
  const keys = (await destroyDataKeys(db, [id])) + (await destroyScanKeys(db, id));
  await db.deleteFrom('persons').where('number', '=', number).execute();
  const change = await recordChanges(db, [{ kind: 'remove', companyId, person: number, enrolment: null }], now);
  const begun = {
    ...{ id: randomUUID(), person: id, companyId, erasedAt: now, erasedBy: actor, change },
    ...{ enrolments: Number(enrolments), pictures: 0, scans: 0, keys },
  };
  const erased = await beginErasure(db, parts, begun);
  await parts.audit.append(db, {
    actor,
    action: 'person.erase',
    companyId,
    subject: id,
    detail: { ...origin, receipt: begun.id },
  });
  return { begun, erased };
}

/** Waits until all live processes have dropped the templates from memory. */
async function dropTemplates({ store, search }: ErasingParts, change: number, waitMs: number): Promise<Erased['replicas']> {
  const { db, now } = store;
  const deadline = performance.now() + waitMs;
  // Whether it succeeds is seen below, as that of other processes.
  await search?.follow(await readPosition(db)).catch(() => {});
  for (; ; await sleep(LOOK_MS)) {
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
