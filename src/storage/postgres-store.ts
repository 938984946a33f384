import { CamelCasePlugin, type Compilable, Kysely, sql } from 'kysely';
import { Pool, type PoolConfig, types } from 'pg';
import type { PostgresServer } from '../base/settings/postgres-url.js';
import { DatabaseClock } from './database-clock.js';
import { migrate } from './migrate.js';
import { PostgresAsideReader } from './postgres-aside-reader.js';
import { TrifacePostgresDialect } from './postgres-dialect.js';
import type { Schema } from './schema.js';
import { StoreError } from './store-error.js';

/** Milliseconds to wait for a new connection or for a free one of the pool. */
const CONNECT_TIMEOUT_MS = 5000;
/** Milliseconds after which the server cancels a statement or an idle transaction. */
const STATEMENT_TIMEOUT_MS = 30_000;
/** Milliseconds after which the client gives up on a statement: the server is gone and the connection did not report it. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5000;
/** Milliseconds within which a healthy server answers the check. */
const CHECK_TIMEOUT_MS = 3000;

const INT8 = 20;

/** Reads int8 as a number: counts, ids and milliseconds are all below 2^53. The driver's default is text. */
const parsers: NonNullable<PoolConfig['types']> = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 && format !== 'binary' ? Number : types.getTypeParser(oid, format as 'text'),
};

/**
 * Opens a PostgreSQL database and brings its schema up to date. Any number of processes and machines may have it open. Commits
 * are durable if the server's `fsync` and `synchronous_commit` are on, which is the default.
 * @param poolSize maximum number of open connections, 2 or more
 * @throws StoreError with a message for the operator
 */
export async function openPostgresStore(server: PostgresServer, poolSize: number) {
  await bringUpToDate(server);
  // Long reads have their own connections, so that short ones never wait for them.
  const asideSize = Math.max(1, Math.floor(poolSize / 4));
  const pool = openPool(server, { max: poolSize - asideSize });
  const asidePool = openPool(server, { max: asideSize }, '-c default_transaction_read_only=on');
  const db = openKysely(pool);
  const aside = new PostgresAsideReader(new Kysely({ dialect: new TrifacePostgresDialect(asidePool) }), asideSize);
  const clock = new DatabaseClock(() => readTime(db));
  await clock.measure();
  let closing: Promise<void> | undefined;
  return {
    db,
    now: () => clock.now(),
    readAside: <Row>(query: Compilable<Row>): Promise<Row[]> => aside.read(query),
    close(): Promise<void> {
      closing ??= aside
        .close()
        .then(() => db.destroy())
        .then(() => Promise.all([endPool(pool), endPool(asidePool)]))
        .then(() => {});
      return closing;
    },
    async scrub(): Promise<void> {
      // Deleted data stays in the server's files until vacuum: see docs/recognition.md.
    },
    async check(): Promise<void> {
      await Promise.race([clock.measure(), rejectAfter(CHECK_TIMEOUT_MS)]);
    },
  };
}

async function readTime(db: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ now: number }>`select (extract(epoch from clock_timestamp()) * 1000)::bigint as now`.execute(db);
  return rows[0]!.now;
}

const openKysely = (pool: Pool, settings?: { takesAnything: boolean }) =>
  new Kysely<Schema>({ dialect: new TrifacePostgresDialect(pool, settings), plugins: [new CamelCasePlugin()] });

function openPool({ connectionString, options }: PostgresServer, settings: PoolConfig, more = ''): Pool {
  const pool = new Pool({
    connectionString,
    application_name: 'triface',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
    // these plans are cheap to run and expensive to compile
    options: `-c jit=off ${more} ${options}`,
    types: parsers,
    ...settings,
  });
  // A connection can break at any time, even between two statements of a transaction, and an unhandled error event ends the
  // process. The pool drops the connection, and the next statement on it fails with the error.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** kysely ends the pool only if it has used it; a pool that was never ended could still open connections. */
async function endPool(pool: Pool): Promise<void> {
  if (!pool.ending) await pool.end();
}

/** Runs migrations on a separate connection without time limits: filling a column or creating an index may take long. */
async function bringUpToDate(server: PostgresServer): Promise<void> {
  const pool = openPool(server, {
    max: 1,
    statement_timeout: 0,
    query_timeout: 0,
    idle_in_transaction_session_timeout: 0,
  });
  const db = openKysely(pool, { takesAnything: true });
  try {
    await checkEncoding(db).catch((error) => {
      throw new StoreError(
        `cannot open the PostgreSQL database ${server.shown}: ${describe(error)}. Check DATABASE_URL, and that the server is running and accepts connections.`,
      );
    });
    await migrate(db).catch((error) => {
      throw new StoreError(`cannot bring the PostgreSQL database ${server.shown} up to date: ${describe(error)}`);
    });
  } finally {
    await db.destroy();
  }
}

async function checkEncoding(db: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ encoding: string }>`select current_setting('server_encoding') as encoding`.execute(db);
  if (rows[0]?.encoding !== 'UTF8') throw new Error(`its encoding is ${rows[0]?.encoding}, not UTF8`);
}

/** If every address of a host name refuses the connection, the error has an empty message of its own. */
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(describe).join('; ');
  return error instanceof Error ? error.message : String(error);
}

const rejectAfter = (milliseconds: number): Promise<never> =>
  new Promise((_, reject) => {
    setTimeout(() => reject(new StoreError('the database does not answer')), milliseconds).unref();
  });
