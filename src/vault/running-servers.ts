import type { HeldKeys } from '../keys/keys.js';
import { deleteExpired } from '../storage/delete-expired.js';
import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';

/** Milliseconds without a sign of life after which a server counts as stopped. */
const SERVER_LIFE_MS = 10_000;

/** The keys of a server, by kind. */
export type HeldRings = Readonly<Record<string, HeldKeys>>;

/** A server that uses this database. */
export interface RunningServer {
  /** uuid of the process */
  readonly id: string;
  /** for messages to the operator */
  readonly host: string;
  /** epoch milliseconds */
  readonly startedAt: number;
}

/** The servers that use this database now, and the fingerprints of the keys that each holds. */
export class RunningServers {
  constructor(private readonly store: Pick<Store, 'db' | 'now'>) {}

  /** Records that a server runs, and what it holds. Call it every few seconds. */
  async sign({ id, host, startedAt }: RunningServer, held: HeldRings): Promise<void> {
    const heldKeys = JSON.stringify(Object.fromEntries(Object.entries(held).map(([ring, { all }]) => [ring, all])));
    const sign = { seenAt: this.store.now(), heldKeys };
    await this.store.db
      .insertInto('servers')
      .values({ id, host, startedAt, ...sign })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(sign))
      .execute();
  }

  /** Records that a server has stopped. */
  async signOff(id: string): Promise<void> {
    await this.store.db.deleteFrom('servers').where('id', '=', id).execute();
  }

  /** Where the servers listen, and milliseconds since they were seen last. */
  async list(): Promise<{ readonly host: string; readonly agoMs: number }[]> {
    const now = this.store.now();
    const servers = this.#alive(this.store.db, now).select(['host', 'seenAt']).orderBy('host');
    return (await servers.execute()).map(({ host, seenAt }) => ({ host, agoMs: now - seenAt }));
  }

  /**
   * Hosts of the servers by the keys of a kind that they hold, the current key first.
   * @param except id of a server that is left out
   */
  async find(db: Database, ring: string, isWanted: (held: readonly string[]) => boolean, except?: string): Promise<string[]> {
    const servers = await this.#alive(db, this.store.now()).select(['id', 'host', 'heldKeys']).execute();
    return servers
      .filter(({ id, heldKeys }) => {
        const held = JSON.parse(heldKeys) as Record<string, string[] | undefined>;
        return id !== except && isWanted(held[ring] ?? []);
      })
      .map(({ host }) => host);
  }

  /** Deletes the rows of servers that were killed, in batches. @param now epoch milliseconds @param signal stops between two batches */
  async sweep(now: number, signal?: AbortSignal): Promise<void> {
    const killed = { key: ['id'], time: 'seenAt', before: now - 60 * SERVER_LIFE_MS } as const;
    await deleteExpired(this.store.db, { table: 'servers', ...killed }, signal);
  }

  #alive(db: Database, now: number) {
    return db.selectFrom('servers').where('seenAt', '>', now - SERVER_LIFE_MS);
  }
}
