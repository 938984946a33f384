import { Client } from 'pg';
import { COUNT_ALL, type FilledOwner, makeScan, scanColumns, summaryColumns } from './fill-scans.js';

/** Rows per statement. */
const BATCH = 500;

/**
 * `count` scans of one company's account in a PostgreSQL database that has the tables, as fillScans creates them for
 * SQLite: without waiting for the disk, with indexes created at the end; then vacuumed and analysed, as the server does later.
 * @returns megabytes of the database
 */
export async function fillPostgres(url: string, owner: FilledOwner, count: number): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query("set synchronous_commit = off; set maintenance_work_mem = '256MB'");
  const indexes = await client.query<{ indexname: string; indexdef: string }>(`
    select indexname, indexdef from pg_indexes where tablename in ('scans', 'scan_summaries')
    and indexname not in (select conname from pg_constraint)`);
  for (const { indexname } of indexes.rows) await client.query(`drop index ${indexname}`);
  await client.query('insert into scan_owners (company_id) values ($1)', [owner.companyId]);
  const start = Date.now() - count * 1000;
  const insert = (table: string, columns: readonly string[], rows: readonly (readonly unknown[])[]) => {
    const values = rows.map((row, r) => `(${row.map((_, c) => `$${r * columns.length + c + 1}`).join(',')})`);
    const text = `insert into ${table} (${columns.join(', ')}) overriding system value values ${values.join(',')}`;
    return client.query(text, rows.flat());
  };
  for (let n = 1; n <= count; n += BATCH) {
    const made = Array.from({ length: Math.min(BATCH, count - n + 1) }, (_, index) =>
      makeScan(owner, n + index, start + (n + index) * 1000),
    );
    await client.query('begin');
    await insert(
      'scans',
      scanColumns,
      made.map(({ scan }) => scan),
    );
    await insert(
      'scan_summaries',
      summaryColumns,
      made.map(({ summary }) => summary),
    );
    await client.query('commit');
  }
  for (const { indexdef } of indexes.rows) await client.query(indexdef);
  await client.query(COUNT_ALL);
  await client.query("select setval(pg_get_serial_sequence('scans', 'number'), (select max(number) from scans))");
  await client.query('vacuum analyze');
  const size = await client.query<{ size: string }>('select pg_database_size(current_database()) as size');
  await client.end();
  return Number(size.rows[0]!.size) / 1e6;
}
