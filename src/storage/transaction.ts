import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { isPostgres } from './dialect.js';
import type { Database } from './schema.js';
import { isConflict } from './store-error.js';

/** Times that a transaction is tried while others are in its way. */
const MAX_ATTEMPTS = 10;

/**
 * Runs `task` in a transaction: the one that `db` is, or a new one. A new one that a deadlock with another ended is run again, so `task`
 * does nothing that cannot be done twice but by `db`.
 *
 * SQLite: one transaction writes at a time, and each sees what is there. PostgreSQL: READ COMMITTED; each *statement* sees what is
 * committed when it begins, so what is read and then relied upon is locked ({@link takeTurn}, `for update`) or is part of the
 * statement that writes.
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

/** What is done by one transaction at a time. */
const TURNS = {
  /** making accounts and companies: whether there is any, whether there is one of this name */
  accounts: 1,
} as const;

/** First half of the keys of our advisory locks in the database: "trif". */
const LOCK_SPACE = 0x74726966;

/** In a transaction: waits until no other one has this turn, and keeps it until its end. On SQLite every transaction that writes has it. */
export async function takeTurn(db: Database, turn: keyof typeof TURNS): Promise<void> {
  if (!isPostgres(db)) return;
  await sql`select pg_advisory_xact_lock(${sql.lit(LOCK_SPACE)}, ${sql.lit(TURNS[turn])})`.execute(db);
}
