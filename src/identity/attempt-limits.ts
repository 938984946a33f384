import { createHmac, hkdfSync } from 'node:crypto';
import { clientNetwork } from '../base/client-network.js';
import { deleteExpired } from '../storage/delete-expired.js';
import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { transact } from '../storage/transaction.js';

/** Failures allowed within `seconds`; the next attempt is refused, and so are all others for `seconds`. */
export interface AttemptLimit {
  readonly failures: number;
  readonly seconds: number;
}

/** Limits on password guessing. */
export interface AttemptLimitOptions {
  /** per account and address (default 10 in 900 s) */
  readonly perAccountAndAddress?: AttemptLimit;
  /** per address, over all accounts (default 100 in 900 s) */
  readonly perAddress?: AttemptLimit;
}

/** What the limits need: all servers of a database must have the same secret. */
export interface AttemptLimitParts {
  readonly store: Store;
  /** hides usernames and addresses in the database */
  readonly secret: Uint8Array;
}

/** A started attempt. It counts as a failure until `succeed` or `withdraw` is called. */
export interface Attempt {
  /**
   * The password was right: forget the failures of this account and address, and give the address its point back (failures at
   * other accounts still count).
   */
  succeed(): Promise<void>;
  /** The attempt was not decided: do not count it. */
  withdraw(): Promise<void>;
}

/** An attempt as the limits count it. */
export interface AttemptKey {
  /** username (folded) and address */
  readonly pair: string;
  readonly address: string;
}

/** @param address of the client; IPv6 clients count by their /64 network, which usually belongs to one subscriber */
export function attemptKey(foldedUsername: string, address: string): AttemptKey {
  const network = clientNetwork(address);
  return { pair: JSON.stringify([network, foldedUsername]), address: network };
}

/**
 * Brute-force limits, counted in the database, so for all of its servers together. An attempt takes a point when it starts and
 * gets it back when it succeeds, so parallel guesses count like sequential ones. No account is ever blocked as such: an attacker
 * blocks it only for the attacker's own address.
 */
export class AttemptLimits {
  readonly #store: Store;
  readonly #key: Uint8Array;
  readonly #perPair: AttemptLimit;
  readonly #perAddress: AttemptLimit;

  constructor(
    { store, secret }: AttemptLimitParts,
    {
      perAccountAndAddress = { failures: 10, seconds: 900 },
      perAddress = { failures: 100, seconds: 900 },
    }: AttemptLimitOptions = {},
  ) {
    this.#store = store;
    this.#key = new Uint8Array(hkdfSync('sha256', secret, '', 'triface attempt limits', 32));
    this.#perPair = perAccountAndAddress;
    this.#perAddress = perAddress;
  }

  /** Seconds until this account may be tried again from this address; 0: now. One read; does not count as an attempt. */
  findBlock(key: AttemptKey): Promise<number> {
    return findWait(this.#store.db, this.#hash('pair', key.pair), this.#perPair, this.#store.now());
  }

  /**
   * Starts an attempt.
   * @param isKnown the account has recently authenticated from this address, so the address limit, which others behind the same
   *   address may exhaust, does not apply
   * @returns the attempt, or the seconds to wait
   */
  async start(key: AttemptKey, isKnown: boolean): Promise<Attempt | number> {
    const pair = this.#hash('pair', key.pair);
    const address = this.#hash('address', key.address);
    // The first statements are those that take the points. A look at the database before them would let a burst of guesses pass
    // together.
    const wait = await this.#transact(async (db, now) => {
      // The address comes first: a blocked address must not fill the table with invented usernames.
      const addressWait = isKnown ? 0 : await take(db, address, this.#perAddress, now);
      if (addressWait > 0) return addressWait;
      const pairWait = await take(db, pair, this.#perPair, now);
      if (pairWait > 0 && !isKnown) await giveBack(db, address, now);
      return pairWait;
    });
    if (wait > 0) return wait;
    // Always in this order, so that attempts do not wait for each other in a circle.
    const end = (endPair: typeof giveBack) =>
      this.#transact(async (db, now) => {
        if (!isKnown) await giveBack(db, address, now);
        await endPair(db, pair, now);
      });
    return { succeed: () => end(forget), withdraw: () => end(giveBack) };
  }

  #transact<T>(task: (db: Database, now: number) => Promise<T>): Promise<T> {
    return transact(this.#store.db, (db) => task(db, this.#store.now()));
  }

  #hash(kind: 'pair' | 'address', text: string): string {
    return createHmac('sha256', this.#key).update(`${kind}:${text}`).digest('base64url');
  }
}

/** Deletes the counts that have expired, in batches. @param now epoch ms @param signal stops between two batches @returns the number */
export const deleteExpiredAttempts = (db: Database, now: number, signal?: AbortSignal): Promise<number> =>
  deleteExpired(db, { table: 'loginAttempts', key: ['id'], time: 'expiresAt', before: now + 1 }, signal);

/** Takes a point. Of parallel calls, in all processes, as many succeed as there are points. @returns 0, or the seconds to wait */
async function take(db: Database, id: string, limit: AttemptLimit, now: number): Promise<number> {
  // While the id is blocked, attempts cost a read only.
  const wait = await findWait(db, id, limit, now);
  if (wait > 0) return wait;
  const expiresAt = now + limit.seconds * 1000;
  const { failures } = await db
    .insertInto('loginAttempts')
    .values({ id, failures: 1, expiresAt })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet(({ eb, ref }) => {
        const isOver = eb('loginAttempts.expiresAt', '<=', now);
        return {
          failures: eb
            .case()
            .when(isOver)
            .then(1)
            .else(eb('loginAttempts.failures', '+', 1))
            .end(),
          expiresAt: eb
            .case()
            // the attempt that is one too many starts the block
            .when(eb.or([isOver, eb('loginAttempts.failures', '=', limit.failures)]))
            .then(expiresAt)
            .else(ref('loginAttempts.expiresAt'))
            .end(),
        };
      }),
    )
    .returning('failures')
    .executeTakeFirstOrThrow();
  return failures > limit.failures ? findWait(db, id, limit, now) : 0;
}

async function findWait(db: Database, id: string, limit: AttemptLimit, now: number): Promise<number> {
  const row = await db
    .selectFrom('loginAttempts')
    .select('expiresAt')
    .where('id', '=', id)
    .where('failures', '>', limit.failures)
    .where('expiresAt', '>', now)
    .executeTakeFirst();
  return row ? Math.max(1, Math.ceil((row.expiresAt - now) / 1000)) : 0;
}

async function giveBack(db: Database, id: string, now: number): Promise<void> {
  await db
    .updateTable('loginAttempts')
    .set((eb) => ({ failures: eb('failures', '-', 1) }))
    .where('id', '=', id)
    .where('failures', '>', 0)
    .where('expiresAt', '>', now)
    .execute();
}

async function forget(db: Database, id: string): Promise<void> {
  await db.deleteFrom('loginAttempts').where('id', '=', id).execute();
}
