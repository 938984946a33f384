import type { ReceiptSigner } from '../audit/erasure-receipt.js';
import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { REPLICA_LIFE_MS } from './erase-person.js';
import { readPosition } from './gallery-clock.js';
import { hasEndedHere } from './replica-id.js';

/** Remains of erased persons, as counts. */
export interface Orphans {
  /** keys that open no existing data */
  readonly keys: number;
  readonly pictures: number;
  readonly enrolments: number;
  /** erasures that were interrupted: a server finishes them, or `finishErasures` */
  readonly unfinished: number;
  /** scans of persons who do not exist */
  readonly scans: number;
  /** persons whose key does not exist: their templates cannot be opened */
  readonly keyless: number;
  /** persons who exist although a receipt confirms their erasure */
  readonly returned: number;
  /** these persons, to be erased again */
  readonly returnedPersons: readonly { readonly companyId: string; readonly number: number }[];
  /** receipts not signed by this installation */
  readonly badReceipts: number;
  /** processes that have not applied every erasure */
  readonly lateReplicas: number;
}

/** Searches the whole store for remains. If all counts are zero, erased persons left nothing behind. */
export async function findOrphans({ db, now }: Pick<Store, 'db' | 'now'>, receipts: ReceiptSigner): Promise<Orphans> {
  const persons = db.selectFrom('persons').select('persons.id');
  const scans = db.selectFrom('scans').select('scans.id').where('scans.pictureId', 'is not', null);
  const count = async (query: { execute(): Promise<unknown[]> }): Promise<number> => (await query.execute()).length;
  const erased = await readReceipts(db, receipts);
  const { sequence: clock } = await readPosition(db);
  const returnedPersons = await findReturned(db, erased.persons);
  return {
    keys: await count(
      db.selectFrom('dataKeys').select('subject').where('subject', 'not in', persons).where('subject', 'not in', scans),
    ),
    pictures: await count(
      db.selectFrom('pictures').select('id').where('subject', 'not in', db.selectFrom('dataKeys').select('dataKeys.subject')),
    ),
    enrolments: await count(
      db.selectFrom('enrolments').select('id').where('person', 'not in', db.selectFrom('persons').select('persons.number')),
    ),
    unfinished: await count(db.selectFrom('unfinishedErasures').select('id')),
    scans: await count(
      db.selectFrom('scans').select('id').where('personId', 'is not', null).where('personId', 'not in', persons),
    ),
    keyless: await count(
      db.selectFrom('persons').select('id').where('id', 'not in', db.selectFrom('dataKeys').select('dataKeys.subject')),
    ),
    returned: returnedPersons.length,
    returnedPersons,
    badReceipts: erased.bad,
    lateReplicas: await countLateReplicas(db, clock, now()),
  };
}

async function countLateReplicas(db: Database, clock: number, now: number): Promise<number> {
  const late = await db
    .selectFrom('galleryReplicas')
    .select('id')
    .where('applied', '<', clock)
    .where('seenAt', '>', now - REPLICA_LIFE_MS)
    .execute();
  return late.filter(({ id }) => !hasEndedHere(id)).length;
}

async function readReceipts(db: Database, receipts: ReceiptSigner): Promise<{ persons: string[]; bad: number }> {
  const persons: string[] = [];
  let bad = 0;
  for (const { receipt } of await db.selectFrom('erasureReceipts').select('receipt').execute()) {
    try {
      persons.push((await receipts.verify(receipt)).person);
    } catch {
      bad += 1;
    }
  }
  return { persons, bad };
}

/** Restoring a backup can bring erased persons back. */
async function findReturned(db: Database, erased: readonly string[]): Promise<{ companyId: string; number: number }[]> {
  const found: { companyId: string; number: number }[] = [];
  for (let start = 0; start < erased.length; start += 500) {
    const ids = erased.slice(start, start + 500);
    found.push(...(await db.selectFrom('persons').select(['companyId', 'number']).where('id', 'in', ids).execute()));
  }
  return found;
}
