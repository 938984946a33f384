import { ArchiveError } from '../audit/archive-file.js';
import type { AuditTools } from '../audit/audit-keys.js';
import { readReceiptArchive } from '../audit/receipt-archive.js';
import { readStoredReceipts, type StoredReceipt } from '../audit/stored-receipts.js';
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
  /** archives of receipts that cannot be read or are not whole: a message for each. What they hold was used */
  readonly brokenArchives: readonly string[];
  /** processes that have not applied every erasure */
  readonly lateReplicas: number;
}

/** Receipts looked at together. */
const BATCH = 500;

/** Where receipts of erasures are found, beside the database. */
export interface ReceiptSources extends Pick<AuditTools, 'audit' | 'receipts'> {
  /** paths of archives of receipts (default: none) */
  readonly archives?: readonly string[];
}

/** Searches the whole store for remains. If all counts are zero, erased persons left nothing behind. */
export async function findOrphans({ db, now }: Pick<Store, 'db' | 'now'>, sources: ReceiptSources): Promise<Orphans> {
  const persons = db.selectFrom('persons').select('persons.id');
  const scans = db.selectFrom('scans').select('scans.id').where('scans.pictureId', 'is not', null);
  const count = async (query: { execute(): Promise<unknown[]> }): Promise<number> => (await query.execute()).length;
  const { sequence: clock } = await readPosition(db);
  const returned = await findReturned(db, sources);
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
    returned: returned.persons.length,
    returnedPersons: returned.persons,
    badReceipts: returned.bad,
    brokenArchives: returned.brokenArchives,
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

/** Restoring a backup can bring erased persons back. */
async function findReturned(db: Database, { receipts, audit, archives = [] }: ReceiptSources) {
  const found = new Map<number, { companyId: string; number: number }>();
  const brokenArchives: string[] = [];
  let bad = 0;
  const look = async (stored: AsyncIterable<StoredReceipt>) => {
    for await (const batch of inBatches(stored)) {
      const erased = await Promise.all(batch.map(({ receipt }) => receipts.verify(receipt).catch(() => undefined)));
      const ids = erased.flatMap((erasure) => (erasure ? [erasure.person] : []));
      bad += erased.length - ids.length;
      if (ids.length === 0) continue;
      const persons = db.selectFrom('persons').select(['companyId', 'number']).where('id', 'in', ids);
      for (const person of await persons.execute()) found.set(person.number, person);
    }
  };
  await look(readStoredReceipts(db));
  for (const path of archives)
    try {
      await look(readReceiptArchive(path, audit));
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      brokenArchives.push(error.message);
    }
  return { persons: [...found.values()], bad, brokenArchives };
}

/** The last batch is given even if the items end with an error: each receipt has its own signature. */
async function* inBatches(stored: AsyncIterable<StoredReceipt>): AsyncGenerator<readonly StoredReceipt[]> {
  let batch: StoredReceipt[] = [];
  try {
    for await (const item of stored) {
      batch.push(item);
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
  } catch (error) {
    if (batch.length > 0) yield batch;
    throw error;
  }
  if (batch.length > 0) yield batch;
}
