import type { Compilable, Kysely } from 'kysely';
import { AsideLanes, type LaneOptions } from './aside-lanes.js';

/** Reads on connections of their own: one per connection at a time, the others wait. */
export class PostgresAsideReader {
  // biome-ignore lint/suspicious/noExplicitAny: it runs what is compiled already
  readonly #db: Kysely<any>;
  readonly #lanes: AsideLanes<number>;

  /** @param db without plugins, whose transactions are read-only @param size connections that it has, 1 or more */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  constructor(db: Kysely<any>, size: number) {
    this.#db = db;
    this.#lanes = new AsideLanes([0, ...Array.from({ length: size - 1 }, (_, i) => i + 1)]);
  }

  /** @throws BusyError; the database's own error */
  read<Row>(query: Compilable<Row>, options: LaneOptions): Promise<Row[]> {
    const compiled = query.compile();
    return this.#lanes.run(async () => (await this.#db.executeQuery(compiled)).rows, options);
  }

  /** What waits is rejected, what is being answered is answered first. The connections stay open. */
  async close(): Promise<void> {
    await this.#lanes.close();
  }
}
