import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { isPostgres } from './dialect.js';
import type { Database } from './schema.js';
import { isConflict } from './store-error.js';

/** Maximum attempts of a transaction that conflicts with others. */
const MAX_ATTEMPTS = 10;

/**
 * Runs `task` in a transaction: the one that `db` is, or a new one. A new transaction that was ended by a deadlock is run again,
 * so apart from its writes through `db`, `task` must be safe to run twice.
 * SQLite: transactions write one at a time and see all committed data. PostgreSQL: READ COMMITTED; each *statement* sees what was
 * committed before it began, so anything read and then relied on must be locked ({@link takeTurn}, `for update`) or be part of
 * the writing statement.
 */
export async function transact<T>(db: Database, task: (db: Database) => Promise<T>): Promise<T> {
  if (db.isTransaction) return task(db);
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(task);
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS || !isConflict(error)) throw error;
      await sleep(Math.random() * 2 ** attempt);
    }
  }
}

/** Tasks that only one transaction may do at a time. */
const TURNS = {
  /** creating accounts and companies: checks whether any exist, or one of this name */
  accounts: 1,
  /** registering keys: checks which keys the servers hold */
  keys: 2,
} as const;

/** First half of the keys of our advisory locks: "trif". */
const LOCK_SPACE = 0x74726966;

/**
 * Within a transaction: waits for this turn and holds it until the transaction ends. On SQLite every writing transaction has it.
 */
export async function takeTurn(db: Database, turn: keyof typeof TURNS): Promise<void> {
  if (!isPostgres(db)) return;
  await sql`select pg_advisory_xact_lock(${sql.lit(LOCK_SPACE)}, ${sql.lit(TURNS[turn])})`.execute(db);
}
