import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Store } from '../storage/store.js';
import { findLatest } from './list-scans.js';
import type { Scan } from './scan.js';
import { findOwner } from './scan-counts.js';
import { findScansByNumber } from './scans.js';

/** Scans read at a time: few, since one with ten faces and their landmarks has tens of kilobytes. */
const BATCH = 50;

/** Which scans {@link readScans} reads: those made within these moments, both inclusive, in epoch milliseconds. */
export interface ScanPeriod {
  readonly createdFrom?: number | undefined;
  readonly createdTo?: number | undefined;
}

/**
 * Every scan of the company that has a summary, in the order it was made, in constant memory and with the event loop free every few of them.
 * Those made after the start are left out; each is as it is when its turn comes.
 */
export async function* readScans(store: Pick<Store, 'db'>, companyId: string, period: ScanPeriod = {}): AsyncGenerator<Scan> {
  const { db } = store;
  const owner = await findOwner(db, companyId);
  if (owner === undefined) return;
  const upTo = await findLatest(db, owner);
  const { createdFrom = 0, createdTo = Number.MAX_SAFE_INTEGER } = period;
  let last = { createdAt: createdFrom, number: 0 };
  for (;;) {
    const rows = await db
      .selectFrom('scanSummaries')
      .select(['number', 'createdAt'])
      .where('owner', '=', owner)
      // a row comparison, which goes on in the index where the last batch ended
      .where(sql<boolean>`(${sql.ref('createdAt')}, ${sql.ref('number')}) > (${last.createdAt}, ${last.number})`)
      .where('createdAt', '<=', createdTo)
      .orderBy('createdAt')
      .orderBy('number')
      .limit(BATCH)
      .execute();
    const wanted = rows.filter((row) => row.number <= upTo);
    yield* await findScansByNumber(
      store,
      wanted.map((row) => row.number),
    );
    const end = rows.at(-1);
    if (!end || rows.length < BATCH) return;
    last = end;
    await nextTurn();
  }
}
