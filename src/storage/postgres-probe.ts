import { Client, type ClientConfig } from 'pg';
import { UnavailableError } from '../base/unavailable-error.js';
import type { DatabaseProbe } from './database-monitor.js';
import { readySession, type SessionSettings } from './postgres-session.js';

/** Characters that a probe writes: more than the free space of the pages that a new table begins with. */
const WRITTEN = 262_144;

/**
 * Looks at a PostgreSQL server on a connection of its own: whether it answers, is writable and has our tables, and from time to
 * time whether it can still write to its disk. For that a table is created and dropped, because rows of an existing table may fit
 * into pages that the table already has.
 */
export class PostgresProbe implements DatabaseProbe {
  readonly #config: ClientConfig;
  readonly #settings: SessionSettings;
  readonly #noticeTime: (databaseMs: number, asked: number) => void;
  #client: Client | undefined;
  /** this user may not create temporary tables: then writing is noticed by the statements of requests only */
  #mayNotWrite = false;

  /** @param noticeTime called with the server's time, and with `performance.now()` of the question */
  constructor(config: ClientConfig, settings: SessionSettings, noticeTime: (databaseMs: number, asked: number) => void) {
    this.#config = config;
    this.#settings = settings;
    this.#noticeTime = noticeTime;
  }

  async look(writes: boolean): Promise<void> {
    const client = this.#client ?? (await this.#connect());
    const asked = performance.now();
    const { rows } = await client.query<{ now: string; isReadOnly: boolean }>(
      `select (extract(epoch from clock_timestamp()) * 1000)::bigint as now,
        (pg_is_in_recovery() or current_setting('default_transaction_read_only')::boolean) as "isReadOnly",
        (select count(*) from (select 1 from companies limit 1) as one) as companies`,
    );
    const { now, isReadOnly } = rows[0]!;
    if (isReadOnly) throw new UnavailableError('database', 'the database is read-only: the server is a standby, or was set so');
    this.#noticeTime(Number(now), asked);
    if (writes && !this.#mayNotWrite) await this.#write(client);
  }

  drop(): void {
    const client = this.#client;
    this.#client = undefined;
    // Not `end`, which waits for the answer of a statement that may never come.
    (client as unknown as { connection?: { stream?: { destroy(): void } } } | undefined)?.connection?.stream?.destroy();
  }

  async close(): Promise<void> {
    this.drop();
  }

  async #connect(): Promise<Client> {
    const client = new Client(this.#config);
    // A connection that breaks between two looks is noticed by the next one.
    client.on('error', () => {
      if (this.#client === client) this.#client = undefined;
    });
    this.#client = client;
    await client.connect();
    await readySession(client, this.#settings);
    return client;
  }

  async #write(client: Client): Promise<void> {
    try {
      await client.query(
        `begin; create temporary table triface_probe (content text) on commit drop;
        alter table triface_probe alter content set storage external;
        insert into triface_probe values (repeat('x', ${WRITTEN})); commit`,
      );
    } catch (error) {
      await client.query('rollback');
      if ((error as { code?: unknown }).code !== '42501') throw error;
      this.#mayNotWrite = true;
    }
  }
}
