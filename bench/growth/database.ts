import Libsql from 'libsql';
import { Client } from 'pg';

/** A value of a row. */
export type Value = string | number | null | Uint8Array;

/** A server's database, written past the server: by SQL with named columns, so that any release's tables will do. */
export interface BenchDatabase {
  /** Inserts rows, in transactions that do not wait for the disk. */
  insert(table: string, columns: readonly string[], rows: readonly (readonly Value[])[]): Promise<void>;
  /** Runs a statement. Parameters are `?`. @returns its rows */
  query(statement: string, ...values: Value[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Does a task while the tables have no indexes other than their keys, which are then created as they were. */
  withoutIndexes(tables: readonly string[], task: () => Promise<void>): Promise<void>;
  /** Has the next number of a table's `number` continue after the rows that were inserted. */
  continueNumbers(table: string): Promise<void>;
  /** Tells the database's planner what it holds. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** @param file of a database that a server created */
export function openSqlite(file: string): BenchDatabase {
  const database = new Libsql(file);
  for (const pragma of ['busy_timeout=60000', 'synchronous=OFF', 'cache_size=-500000', 'foreign_keys=OFF'])
    database.pragma(pragma);
  const query = (statement: string, values: readonly Value[]) => {
    const prepared = database.prepare(statement);
    if (/^\s*select|returning/i.test(statement)) return prepared.all([...values]) as Record<string, unknown>[];
    prepared.run([...values]);
    return [];
  };
  return {
    async insert(table, columns, rows) {
      const prepared = database.prepare(
        `insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(',')})`,
      );
      database.exec('begin immediate');
      for (const row of rows) prepared.run([...row]);
      database.exec('commit');
    },
    query: async (statement, ...values) => query(statement, values),
    async withoutIndexes(tables, task) {
      const names = tables.map((table) => `'${table}'`).join();
      const indexes = query(
        `select name, sql from sqlite_master where type = 'index' and sql is not null and tbl_name in (${names})`,
        [],
      );
      for (const { name } of indexes) database.exec(`drop index ${name}`);
      await task();
      for (const { sql } of indexes) database.exec(String(sql));
    },
    // AUTOINCREMENT follows the greatest number by itself.
    continueNumbers: async () => {},
    async settle() {
      database.pragma('wal_checkpoint(TRUNCATE)');
    },
    close: async () => {
      database.close();
    },
  };
}

/** @param url of a PostgreSQL database whose tables a server created */
export async function openPostgres(url: string): Promise<BenchDatabase> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query("set synchronous_commit = off; set maintenance_work_mem = '256MB'");
  const numbered = (statement: string): string => {
    let n = 0;
    return statement.replaceAll('?', () => `$${++n}`);
  };
  return {
    async insert(table, columns, rows) {
      const batch = Math.floor(20_000 / columns.length);
      for (let from = 0; from < rows.length; from += batch) {
        const some = rows.slice(from, from + batch);
        const values = some.map((_, r) => `(${columns.map((_, c) => `$${r * columns.length + c + 1}`).join(',')})`);
        const text = `insert into ${table} (${columns.join(', ')}) overriding system value values ${values.join(',')}`;
        await client.query(text, some.flat());
      }
    },
    query: async (statement, ...values) => (await client.query(numbered(statement), values)).rows,
    async withoutIndexes(tables, task) {
      const { rows } = await client.query<{ indexname: string; indexdef: string }>(
        `select indexname, indexdef from pg_indexes where tablename = any($1)
         and indexname not in (select conname from pg_constraint)`,
        [tables],
      );
      for (const { indexname } of rows) await client.query(`drop index ${indexname}`);
      await task();
      for (const { indexdef } of rows) await client.query(indexdef);
    },
    async continueNumbers(table) {
      await client.query(`select setval(pg_get_serial_sequence('${table}', 'number'), (select max(number) from ${table}))`);
    },
    async settle() {
      await client.query('vacuum analyze');
    },
    close: () => client.end(),
  };
}
