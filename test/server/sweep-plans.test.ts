import { CompiledQuery, type KyselyPlugin, sql } from 'kysely';
import type { Test } from 'tap';
import { AuditLog } from '../../src/audit/audit-log.js';
import { ReceiptSigner } from '../../src/audit/erasure-receipt.js';
import { createLogger } from '../../src/platform/request-log.js';
import { listSweeps } from '../../src/server/sweeps.js';
import { isPostgres } from '../../src/storage/dialect.js';
import type { Database } from '../../src/storage/schema.js';
import type { Store } from '../../src/storage/store.js';
import { KeyRegister } from '../../src/vault/key-register.js';
import { openAccounts } from '../identity/open-accounts.js';
import { testEach } from '../storage/databases.js';
import { sweepCases } from './sweep-cases.js';

const receipts = await ReceiptSigner.parse(await ReceiptSigner.makeKey());

/** Rows from which on both planners prefer an index. */
const ROWS = 10_000;

/** Runs a sweep, stopped after its first batch. @returns the plan of each statement, on one line */
async function planSweep(t: Test, store: Store, name: string): Promise<string[]> {
  const queries = new Map<string, CompiledQuery>();
  const stopping = new AbortController();
  const watching: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      const query = store.db.getExecutor().compileQuery(node, queryId);
      queries.set(query.sql, query);
      if (queries.size > 3) stopping.abort();
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const watched = { ...store, db: store.db.withPlugin(watching) as Database };
  const sweeps = listSweeps({
    ...{ store: watched, audit: new AuditLog(new Uint8Array(32), store.now), receipts, register: new KeyRegister(store) },
    ...{ log: createLogger('silent'), checkKeys: () => {}, scanRetentionDays: 7 },
  });
  await sweeps
    .find((sweep) => sweep.name === name)!
    .run(store.now(), stopping.signal)
    .catch((error) => t.equal(error.name, 'AbortError'));
  t.ok(queries.size > 0);
  const explain = isPostgres(store.db) ? 'explain' : 'explain query plan';
  const plans: string[] = [];
  for (const { sql: text, parameters } of queries.values()) {
    const { rows } = await store.db.executeQuery<Record<string, unknown>>(
      CompiledQuery.raw(`${explain} ${text}`, [...parameters]),
    );
    plans.push(rows.map((row) => row.detail ?? row.queryPlan ?? row['QUERY PLAN']).join(' | '));
  }
  return plans;
}

/** The large tables that a plan reads whole. Planners read small ones whole in any case. */
async function findReadWhole(db: Database, plan: string): Promise<string[]> {
  const tables = [...plan.matchAll(/(?:Seq Scan on|SCAN) (\w+)/g)].map(([, table]) => table!);
  const large: string[] = [];
  for (const table of tables.filter((name) => name !== 'CONSTANT')) {
    const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.raw(table)}`.execute(db);
    if (Number(rows[0]!.count) >= ROWS / 2) large.push(table);
  }
  return large;
}

const planned = {
  'deleting expired pictures': ['pictures of scans', 'pictures of persons'],
  'deleting expired scans': ['old scans of one account', 'accounts, each with a scan that is not old'],
  'filling in the keys of citizen ids': ['persons with a key'],
};

for (const [name, rows] of Object.entries(planned))
  for (const sweepCase of sweepCases[name]!.filter((one) => rows.includes(one.rows)))
    testEach(`${name}: no statement reads a whole table, with ${sweepCase.rows}`, async (t, databaseUrl) => {
      const { store, accounts } = await openAccounts(t, { databaseUrl });
      const owner = await accounts.create({ username: 'owner', password: 'a password for tests' });
      await sweepCase.fill(store.db, ROWS, store.now(), owner);
      await sql`analyze`.execute(store.db);
      for (const plan of await planSweep(t, store, name)) t.same(await findReadWhole(store.db, plan), [], plan);
    });
