import type { Adapter } from 'oidc-provider';

/** Seconds to remember a walk after its last page. */
const IDLE_SECONDS = 600;

/**
 * Clients that are paging through a sorted list. Page 0 shows all scans and records the latest one. Later pages of the same list,
 * requested by the same client, leave out scans created since, which would push others to the next page (docs/decisions/0007).
 * Walks are kept in the database, so that any server can answer the next page.
 */
export class Walks {
  readonly #entities: Pick<Adapter, 'find' | 'upsert'>;

  /** @param entities keeps values that expire */
  constructor(entities: Pick<Adapter, 'find' | 'upsert'>) {
    this.#entities = entities;
  }

  /** The number of the last scan that a later page includes; `undefined` if no walk is known and all scans count. */
  async find(key: string): Promise<number | undefined> {
    const upTo = ((await this.#entities.find(key)) as { upTo?: number } | undefined)?.upTo;
    if (upTo !== undefined) await this.begin(key, upTo);
    return upTo;
  }

  /** Starts a walk, or goes on with it. */
  async begin(key: string, upTo: number): Promise<void> {
    await this.#entities.upsert(key, { upTo } as never, IDLE_SECONDS);
  }
}
