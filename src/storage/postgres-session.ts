import type { Client } from 'pg';

/** Limits and settings of a database session. They are set by statement, because poolers refuse start-up parameters. */
export interface SessionSettings {
  /** milliseconds after which the server cancels a statement; 0: no limit */
  readonly statementMs: number;
  /** milliseconds that a statement waits for a lock; 0: without limit */
  readonly lockMs: number;
  /** milliseconds after which the server ends a transaction that does nothing; 0: no limit */
  readonly idleMs: number;
  readonly isReadOnly?: boolean;
}

/** The settings as SQL, for the session or (`local`) for the transaction. */
function toSql({ statementMs, lockMs, idleMs, isReadOnly = false }: SessionSettings, scope: 'session' | 'local'): string {
  const set = (name: string, value: string | number) => `set ${scope} ${name} = ${value}`;
  return [
    // these plans are cheap to run and expensive to compile
    set('jit', 'off'),
    set('statement_timeout', statementMs),
    set('lock_timeout', lockMs),
    set('idle_in_transaction_session_timeout', idleMs),
    ...(isReadOnly ? [set(scope === 'local' ? 'transaction_read_only' : 'default_transaction_read_only', 'on')] : []),
  ].join('; ');
}

/**
 * Prepares a new connection. A direct one gets the settings for its session. Behind a pooler the next statement may run on another
 * server connection, and settings of the session would reach other clients: there every transaction sets them for itself.
 * @returns whether the connection leads to a pooler
 */
export async function readySession(client: Client, settings: SessionSettings): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  // The server tells a client its process id when it connects. A pooler tells it a number of its own.
  const isPooled = (client as Client & { processID: number | null }).processID !== rows[0]!.pid;
  if (!isPooled) await client.query(toSql(settings, 'session'));
  return isPooled;
}

/** Begins a transaction with these settings, in one round trip. */
export const beginSql = (settings: SessionSettings): string => `begin; ${toSql(settings, 'local')}`;
