import type { Owner } from './bed.js';
import type { BenchDatabase, Value } from './database.js';
import { makeScan, scanColumns, summaryColumns } from './make-scan.js';

/** Rows made at a time. */
const BATCH = 5000;

const COUNT_ALL =
  "insert into scan_counts (owner, result, channel, count) select owner, result, coalesce(channel, ''), count(*) from scan_summaries group by 1, 2, 3";

/**
 * Fills a database with scans of one account, a second apart up to now. Indexes are created at the end, so that a million take
 * minutes instead of an hour.
 */
export async function fillScans(database: BenchDatabase, owner: Owner, count: number): Promise<void> {
  const start = Date.now() - count * 1000;
  const rareEvery = Math.max(1, Math.ceil(count / 3));
  await database.insert('scan_owners', ['number', 'company_id'], [[1, owner.companyId]]);
  await database.withoutIndexes(['scans', 'scan_summaries'], async () => {
    for (let from = 1; from <= count; from += BATCH) {
      const made = Array.from({ length: Math.min(BATCH, count - from + 1) }, (_, index) => {
        const n = from + index;
        return makeScan(owner, n, start + n * 1000, n % rareEvery === 1);
      });
      await database.insert(
        'scans',
        scanColumns,
        made.map(({ scan }) => scan as readonly Value[]),
      );
      await database.insert(
        'scan_summaries',
        summaryColumns,
        made.map(({ summary }) => summary as readonly Value[]),
      );
    }
  });
  await database.query(COUNT_ALL);
  await database.continueNumbers('scans');
  await database.continueNumbers('scan_owners');
}
