import { setTimeout as sleep } from 'node:timers/promises';
import { CamelCasePlugin, type Compilable, Kysely, sql } from 'kysely';
import { type ClientConfig, Pool, type PoolConfig, types } from 'pg';
import { BusyError } from '../base/busy-error.js';
import type { PostgresServer } from '../base/settings/postgres-url.js';
import type { ReadLength } from './aside-lanes.js';
import { DatabaseClock } from './database-clock.js';
import { DatabaseGate } from './database-gate.js';
import { DatabaseMonitor, type WatchOptions } from './database-monitor.js';
import { migrate } from './migrate.js';
import { PostgresAsideReader } from './postgres-aside-reader.js';
import { TrifacePostgresDialect } from './postgres-dialect.js';
import { PostgresProbe } from './postgres-probe.js';
import type { SessionSettings } from './postgres-session.js';
import type { Schema } from './schema.js';
import { StoreError } from './store-error.js';
import { describe } from './unavailable.js';

/** Milliseconds after which the driver drops a connection that is not established: longer than requests wait for one. */
const CONNECT_TIMEOUT_MS = 15_000;
/** Milliseconds within which a healthy server answers the check. */
const CHECK_TIMEOUT_MS = 3000;

/** Milliseconds that the connections may take to end. */
const END_MS = 3000;

/** Of the short statements of requests. */
const SHORT: SessionSettings = { statementMs: 30_000, lockMs: 8000, idleMs: 30_000 };
/** Of reads aside. */
const ASIDE: SessionSettings = { ...SHORT, isReadOnly: true };
/** Of migrations: filling a column or creating an index may take long. */
const UNLIMITED: SessionSettings = { statementMs: 0, lockMs: 0, idleMs: 0 };

/** Options of {@link openPostgresStore}. */
export interface PostgresStoreOptions {
  /** maximum number of open connections, 1 or more; with 1 there are no long reads of their own */
  readonly poolSize: number;
  /** whether another store of this process has run the migrations */
  readonly isMigrated?: boolean | undefined;
  /** absent: the database is not watched, and a statement waits for its own limits */
  readonly watch?: WatchOptions | undefined;
  /** connections that the whole process opens, for a message */
  readonly connections?: number | undefined;
}

const INT8 = 20;

/** Reads int8 as a number: counts, ids and milliseconds are all below 2^53. The driver's default is text. */
const parsers: NonNullable<PoolConfig['types']> = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 && format !== 'binary' ? Number : types.getTypeParser(oid, format as 'text'),
};

/**
 * Opens a PostgreSQL database and brings its schema up to date. Any number of processes and machines may have it open. Commits
 * are durable if the server's `fsync` and `synchronous_commit` are on, which is the default.
 * @throws StoreError with a message for the operator
 */
export async function openPostgresStore(server: PostgresServer, options: PostgresStoreOptions) {
  const { poolSize, isMigrated = false, watch } = options;
  if (!isMigrated) await bringUpToDate(server, options);
  const gate = new DatabaseGate();
  // Reads aside have their own connections, so that statements of requests never wait for them: two where there are four, so that one
  // is for short reads.
  const asideSize = Math.max(1, Math.min(2, Math.floor(poolSize / 2)), Math.floor(poolSize / 3));
  const pool = openPool(server, Math.max(1, poolSize - asideSize));
  const asidePool = openPool(server, asideSize);
  const db = openKysely(new TrifacePostgresDialect(pool, SHORT, { gate }));
  const aside = new PostgresAsideReader(
    new Kysely({ dialect: new TrifacePostgresDialect(asidePool, ASIDE, { gate }) }),
    asideSize,
  );
  const clock = new DatabaseClock(() => readTime(db));
  await clock.measure();
  const probe = new PostgresProbe(configOf(server), SHORT, (databaseMs, asked) => clock.notice(databaseMs, asked));
  const monitor = watch && new DatabaseMonitor(gate, probe, watch);
  let closing: Promise<void> | undefined;
  return {
    db,
    now: () => clock.now(),
    readAside: <Row>(query: Compilable<Row>, owner = '', length: ReadLength = 'long'): Promise<Row[]> =>
      aside.read(query, { owner, length }),
    close(): Promise<void> {
      closing ??= aside
        .close()
        .then(() => monitor?.stop())
        .then(() => Promise.all([endPool(pool), endPool(asidePool)]))
        .then(() => {});
      return closing;
    },
    async scrub(): Promise<void> {
      // Deleted data stays in the server's files until vacuum: see docs/recognition.md.
    },
    async check(): Promise<void> {
      if (closing) throw new BusyError('closed', 1);
      await monitor?.look();
      if (gate.failure) throw gate.failure;
      if (!monitor) await gate.pass(() => clock.measure(), CHECK_TIMEOUT_MS);
    },
  };
}

async function readTime(db: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ now: number }>`select (extract(epoch from clock_timestamp()) * 1000)::bigint as now`.execute(db);
  return rows[0]!.now;
}

const openKysely = (dialect: TrifacePostgresDialect) => new Kysely<Schema>({ dialect, plugins: [new CamelCasePlugin()] });

/** Only what poolers pass on may be asked for at the start of a connection; the rest is set by `readySession`. */
const configOf = ({ connectionString, options }: PostgresServer): ClientConfig => ({
  connectionString,
  application_name: 'triface',
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  keepAlive: true,
  ...(options !== '' && { options }),
});

function openPool(server: PostgresServer, max: number): Pool {
  const pool = new Pool({ ...configOf(server), types: parsers, max });
  // A connection can break at any time, even between two statements of a transaction, and an unhandled error event ends the
  // process. The pool drops the connection, and the next statement on it fails with the error.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/**
 * kysely ends the pool only if it has used it; a pool that was never ended could still open connections. A server that does not
 * answer is not waited for.
 */
async function endPool(pool: Pool): Promise<void> {
  if (pool.ending) return;
  const ending = pool.end();
  ending.catch(() => {});
  await Promise.race([ending, sleep(END_MS, undefined, { ref: false })]);
}

/** Runs migrations on a separate connection without time limits. */
async function bringUpToDate(server: PostgresServer, options: PostgresStoreOptions): Promise<void> {
  const pool = openPool(server, 1);
  const db = openKysely(new TrifacePostgresDialect(pool, UNLIMITED, { isForMigrations: true }));
  try {
    await checkEncoding(db).catch((error) => {
      throw new StoreError(`cannot open the PostgreSQL database ${server.shown}: ${adviseOn(error, options)}`);
    });
    const migrating = createMigrationTables(db).then(() => migrate(db));
    await migrating.catch((error) => {
      throw new StoreError(`cannot bring the PostgreSQL database ${server.shown} up to date: ${describe(error)}`);
    });
  } finally {
    await db.destroy();
  }
}

/**
 * kysely creates its own tables before it takes the lock, and two servers that do so at once on an empty database can fail. Here they
 * are created, as kysely does it, in a transaction that has the lock.
 */
async function createMigrationTables(db: Kysely<Schema>): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`create table if not exists kysely_migration (name varchar(255) primary key, "timestamp" varchar(255) not null)`.execute(
      transaction,
    );
    await sql`create table if not exists kysely_migration_lock (id varchar(255) primary key, is_locked integer default 0 not null)`.execute(
      transaction,
    );
  });
}

const TOO_MANY_CONNECTIONS = '53300';

function adviseOn(error: unknown, { connections, poolSize }: PostgresStoreOptions): string {
  const { code } = ((error as Error).cause ?? {}) as { code?: unknown };
  if (code === TOO_MANY_CONNECTIONS)
    return `it has no free connection (${describe(error)}), and this server opens up to ${connections ?? poolSize}. Stop another server, lower TRIFACE_DATABASE_POOL of all servers, or raise max_connections of PostgreSQL.`;
  return `${describe(error)}. Check DATABASE_URL, and that the server is running and accepts connections.`;
}

async function checkEncoding(db: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ encoding: string }>`select current_setting('server_encoding') as encoding`.execute(db);
  if (rows[0]?.encoding !== 'UTF8') throw new Error(`its encoding is ${rows[0]?.encoding}, not UTF8`);
}
