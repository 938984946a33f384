import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Selectable, sql } from 'kysely';
import type { ScanSummariesTable } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { findLatest } from './list-scans.js';
import type { Scan, SummarizedScan } from './scan.js';
import { findOwner } from './scan-counts.js';
import { fromColumns } from './scan-summary.js';
import { findScansByNumber } from './scans.js';

/** Rows read at a time. Fewer with details: a scan of ten faces with landmarks takes tens of kilobytes. */
const BATCH = 200;
const BATCH_WITH_DETAILS = 25;

/** Selects scans by creation time, in epoch milliseconds, both ends inclusive. */
export interface ScanPeriod {
  readonly createdFrom?: number | undefined;
  readonly createdTo?: number | undefined;
}

/**
 * Every scan of the company with a summary, in order of creation, in constant memory. Yields to the event loop between batches.
 * Scans created after the start are left out; each scan is read at the moment it is yielded.
 */
export async function* readScans(store: Pick<Store, 'db'>, companyId: string, period: ScanPeriod = {}): AsyncGenerator<Scan> {
  for await (const rows of readBatches(store, companyId, period, BATCH_WITH_DETAILS))
    yield* await findScansByNumber(
      store,
      rows.map((row) => row.number),
    );
}

/** As {@link readScans} without the observations: many times faster. */
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
      // a row comparison, which continues in the index where the last batch ended
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
