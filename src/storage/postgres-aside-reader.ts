import type { Compilable, CompiledQuery, Kysely } from 'kysely';
import { AsideBusyError, closedError, MAX_ASIDE } from './aside-reader.js';

interface Waiting {
  readonly query: CompiledQuery;
  resolve(rows: unknown[]): void;
  reject(error: unknown): void;
}

/** Long reads on connections of their own, in turn, some at once. */
export class PostgresAsideReader {
  // biome-ignore lint/suspicious/noExplicitAny: it runs what is compiled already
  readonly #db: Kysely<any>;
  readonly #size: number;
  readonly #waiting: Waiting[] = [];
  readonly #running = new Set<Promise<void>>();
  #isClosed = false;

  /** @param db without plugins, whose transactions are read-only @param size connections that it has */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  constructor(db: Kysely<any>, size: number) {
    this.#db = db;
    this.#size = size;
  }

  /** @throws AsideBusyError; StoreError when it is closed; the database's own error */
  read<Row>(query: Compilable<Row>): Promise<Row[]> {
    if (this.#isClosed) return Promise.reject(closedError());
    if (this.#running.size + this.#waiting.length >= MAX_ASIDE)
      return Promise.reject(new AsideBusyError('too many long reads at once'));
    return new Promise<unknown[]>((resolve, reject) => {
      this.#waiting.push({ query: query.compile(), resolve, reject });
      this.#next();
    }) as Promise<Row[]>;
  }

  /** What waits is rejected, what is being answered is answered first. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(closedError());
    await Promise.all(this.#running);
    await this.#db.destroy();
  }

  #next(): void {
    if (this.#running.size >= this.#size) return;
    const next = this.#waiting.shift();
    if (!next) return;
    const run = this.#db
      .executeQuery(next.query)
      .then(({ rows }) => next.resolve(rows), next.reject)
      .then(() => {
        this.#running.delete(run);
        this.#next();
      });
    this.#running.add(run);
  }
}
