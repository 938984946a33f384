import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Selectable, sql } from 'kysely';
import type { ScanSummariesTable } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { findLatest } from './list-scans.js';
import type { Scan, SummarizedScan } from './scan.js';
import { findOwner } from './scan-counts.js';
import { fromColumns } from './scan-summary.js';
import { findScansByNumber } from './scans.js';

/** Rows read at a time. With details few, since a scan of ten faces with their landmarks has tens of kilobytes. */
const BATCH = 200;
const BATCH_WITH_DETAILS = 25;

/** Which scans are read: those made within these moments, both inclusive, in epoch milliseconds. */
export interface ScanPeriod {
  readonly createdFrom?: number | undefined;
  readonly createdTo?: number | undefined;
}

/**
 * Every scan of the company that has a summary, in the order it was made, in constant memory and with the event loop free every few of them.
 * Those made after the start are left out; each is as it is when its turn comes.
 */
export async function* readScans(store: Pick<Store, 'db'>, companyId: string, period: ScanPeriod = {}): AsyncGenerator<Scan> {
  for await (const rows of readBatches(store, companyId, period, BATCH_WITH_DETAILS))
    yield* await findScansByNumber(
      store,
      rows.map((row) => row.number),
    );
}

/** The same without what was observed: many times faster. */
export async function* readSummaries(
  store: Pick<Store, 'db'>,
  companyId: string,
  period: ScanPeriod = {},
): AsyncGenerator<SummarizedScan> {
  for await (const rows of readBatches(store, companyId, period, BATCH))
    for (const row of rows) {
      const { number, id, createdAt, updatedAt, createdBy, updatedBy, revision } = row;
      yield { number, id, companyId, createdAt, updatedAt, createdBy, updatedBy, revision, summary: fromColumns(row) };
    }
}

async function* readBatches(
  { db }: Pick<Store, 'db'>,
  companyId: string,
  { createdFrom = 0, createdTo = Number.MAX_SAFE_INTEGER }: ScanPeriod,
  size: number,
): AsyncGenerator<Selectable<ScanSummariesTable>[]> {
  const owner = await findOwner(db, companyId);
  if (owner === undefined) return;
  const upTo = await findLatest(db, owner);
  let last = { createdAt: createdFrom, number: 0 };
  for (;;) {
    const rows = await db
      .selectFrom('scanSummaries')
      .selectAll()
      .where('owner', '=', owner)
      // a row comparison, which goes on in the index where the last batch ended
      .where(sql<boolean>`(${sql.ref('createdAt')}, ${sql.ref('number')}) > (${last.createdAt}, ${last.number})`)
      .where('createdAt', '<=', createdTo)
      .orderBy('createdAt', (by) => by.asc().nullsFirst())
      .orderBy('number', (by) => by.asc().nullsFirst())
      .limit(size)
      .execute();
    yield rows.filter((row) => row.number <= upTo);
    const end = rows.at(-1);
    if (!end || rows.length < size) return;
    last = end;
    await nextTurn();
  }
}
