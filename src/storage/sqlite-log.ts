import type Libsql from 'libsql';

/**
 * Writes what is in the write-ahead log into the database file and empties the log, which also holds data that was deleted.
 * @param waitMs for other processes and threads; libsql is synchronous, so the event loop waits, too
 * @returns whether the log is empty: it is not while somebody reads or writes
 */
export function emptyLog(database: Libsql.Database, waitMs = 0): boolean {
  database.pragma(`busy_timeout=${waitMs}`);
  try {
    const [answer] = database.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
    return answer?.busy === 0;
  } catch {
    return false;
  } finally {
    database.pragma('busy_timeout=0');
  }
}
