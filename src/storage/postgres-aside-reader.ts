import type { Compilable, Kysely } from 'kysely';
import { WorkQueue } from '../threads/work-queue.js';
import { MAX_ASIDE } from './aside-reader.js';

/** Long reads on connections of their own: one per connection at a time, the others wait. */
export class PostgresAsideReader {
  // biome-ignore lint/suspicious/noExplicitAny: it runs what is compiled already
  readonly #db: Kysely<any>;
  readonly #queue: WorkQueue<number>;

  /** @param db without plugins, whose transactions are read-only @param size connections that it has */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  constructor(db: Kysely<any>, size: number) {
    this.#db = db;
    this.#queue = new WorkQueue({ slots: Array.from({ length: size }, (_, i) => i), limit: Math.max(0, MAX_ASIDE - size) });
  }

  /** @throws BusyError; the database's own error */
  read<Row>(query: Compilable<Row>, owner = ''): Promise<Row[]> {
    const compiled = query.compile();
    return this.#queue.run(async () => (await this.#db.executeQuery(compiled)).rows, { owner });
  }

  /** What waits is rejected, what is being answered is answered first. The connections stay open. */
  async close(): Promise<void> {
    await this.#queue.close();
  }
}
