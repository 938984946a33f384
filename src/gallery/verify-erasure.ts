import type { ReceiptSigner } from '../audit/erasure-receipt.js';
import type { Database } from '../storage/schema.js';
import { REPLICA_LIFE_MS } from './erase-person.js';
import { readClock } from './gallery-clock.js';

/** What is left of somebody who is not there. */
export interface Orphans {
  /** keys that open nothing that is there */
  readonly keys: number;
  readonly pictures: number;
  readonly enrolments: number;
  /** scans of persons who are not there */
  readonly scans: number;
  /** persons whose key is not there: their templates cannot be opened */
  readonly keyless: number;
  /** persons who were erased by a receipt and are there */
  readonly returned: number;
  /** the same, to erase them again */
  readonly returnedPersons: readonly { readonly companyId: string; readonly number: number }[];
  /** receipts that this installation did not sign */
  readonly badReceipts: number;
  /** processes that have not followed every erasure */
  readonly lateReplicas: number;
}

/** Looks through the whole store for remains. All zero: what was erased is gone. */
export async function findOrphans(db: Database, receipts: ReceiptSigner): Promise<Orphans> {
  const persons = db.selectFrom('persons').select('persons.id');
  const scans = db.selectFrom('scans').select('scans.id').where('scans.pictureId', 'is not', null);
  const count = async (query: { execute(): Promise<unknown[]> }): Promise<number> => (await query.execute()).length;
  const erased = await readReceipts(db, receipts);
  const clock = await readClock(db);
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
    scans: await count(
      db.selectFrom('scans').select('id').where('personId', 'is not', null).where('personId', 'not in', persons),
    ),
    keyless: await count(
      db.selectFrom('persons').select('id').where('id', 'not in', db.selectFrom('dataKeys').select('dataKeys.subject')),
    ),
    returned: returnedPersons.length,
    returnedPersons,
    badReceipts: erased.bad,
    lateReplicas: await count(
      db
        .selectFrom('galleryReplicas')
        .select('id')
        .where('applied', '<', clock)
        .where('seenAt', '>', Date.now() - REPLICA_LIFE_MS),
    ),
  };
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

/** A restored backup brings erased persons back. */
async function findReturned(db: Database, erased: readonly string[]): Promise<{ companyId: string; number: number }[]> {
  const found: { companyId: string; number: number }[] = [];
  for (let start = 0; start < erased.length; start += 500) {
    const ids = erased.slice(start, start + 500);
    found.push(...(await db.selectFrom('persons').select(['companyId', 'number']).where('id', 'in', ids).execute()));
  }
  return found;
}
