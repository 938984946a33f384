import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Store } from '../storage/store.js';
import { findLatest } from './list-scans.js';
import type { Scan, SummarizedScan } from './scan.js';
import { findOwner } from './scan-counts.js';
import { columnsOf, type FilterColumn, type ScanFilter, type Selection, select } from './scan-query.js';
import { FEW, measureReach } from './scan-reach.js';
import { fromColumns } from './scan-summary.js';
import { findScansByNumber } from './scans.js';

/** Scans read at a time. Fewer with details: a scan of ten faces with landmarks takes tens of kilobytes. */
const BATCH = 200;
const BATCH_WITH_DETAILS = 25;

/**
 * Every scan of the company with a summary that matches the filter, in order of creation, in constant memory. Yields to the event loop
 * between batches. Scans created after the start are left out; each scan is read at the moment it is yielded.
 * @throws BusyError
 */
export async function* readScans(store: Store, companyId: string, filter: ScanFilter = {}): AsyncGenerator<Scan> {
  for await (const numbers of readNumbers(store, companyId, filter, BATCH_WITH_DETAILS))
    yield* await findScansByNumber(store, numbers);
}

/** As {@link readScans} without the observations: several times faster. */
export async function* readSummaries(store: Store, companyId: string, filter: ScanFilter = {}): AsyncGenerator<SummarizedScan> {
  for await (const numbers of readNumbers(store, companyId, filter, BATCH)) {
    const rows = await store.db.selectFrom('scanSummaries').selectAll().where('number', 'in', numbers).execute();
    const byNumber = new Map(rows.map((row) => [row.number, row]));
    for (const row of numbers.flatMap((number) => byNumber.get(number) ?? [])) {
      const { number, id, createdAt, updatedAt, createdBy, updatedBy, revision } = row;
      yield { number, id, companyId, createdAt, updatedAt, createdBy, updatedBy, revision, summary: fromColumns(row) };
    }
  }
}

/** The numbers of the scans that match, in order of creation, in batches. */
async function* readNumbers(store: Store, companyId: string, filter: ScanFilter, size: number): AsyncGenerator<number[]> {
  const { db } = store;
  const owner = await findOwner(db, companyId);
  if (owner === undefined) return;
  const selection = { owner, filter, upTo: await findLatest(db, owner) };
  const isOfDatesOnly = columnsOf(filter).every((column) => column === 'createdAt');
  const { narrow } = isOfDatesOnly ? {} : await measureReach(store, selection, FEW);
  const batches = narrow === undefined ? walk(store, selection, size, !isOfDatesOnly) : collect(store, selection, size, narrow);
  for await (const numbers of batches) {
    yield numbers;
    await nextTurn();
  }
}

/** Reads the index of dates. @param isAside whether many scans may have to be read to find a few that match */
async function* walk(store: Store, selection: Selection, size: number, isAside: boolean): AsyncGenerator<number[]> {
  let last = { at: Number.MIN_SAFE_INTEGER, number: 0 };
  for (;;) {
    const batch = select(store.db, selection, ['createdAt'])
      .select(['number', 'createdAt as at'])
      // a row comparison, which continues in the index where the last batch ended
      .where(sql<boolean>`(${sql.ref('createdAt')}, ${sql.ref('number')}) > (${last.at}, ${last.number})`)
      .orderBy('createdAt', (by) => by.asc().nullsFirst())
      .orderBy('number', (by) => by.asc().nullsFirst())
      .limit(size);
    const rows = isAside ? await store.readAside(batch, String(selection.owner)) : await batch.execute();
    const end = rows.at(-1);
    if (!end) return;
    yield rows.map(({ number }) => number);
    last = end;
  }
}

/** Looks up all that match: few scans meet one of the filter's conditions. @param narrow its column */
async function* collect(store: Store, selection: Selection, size: number, narrow: FilterColumn): AsyncGenerator<number[]> {
  const matching = select(store.db, selection, [narrow]).select(['number', 'createdAt as at']);
  const rows = await store.readAside(matching, String(selection.owner), 'short');
  rows.sort((a, b) => a.at - b.at || a.number - b.number);
  for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size).map(({ number }) => number);
}
