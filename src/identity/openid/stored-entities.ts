import { createHash } from 'node:crypto';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import type { Database } from '../../storage/schema.js';

/**
 * Kinds whose id is itself a credential, so that only its hash is stored. (A session's id is useless without the cookie's
 * signature.)
 */
const SECRET_IDS = new Set(['AuthorizationCode', 'RefreshToken', 'AccessToken', 'ClientCredentials']);

/** The current time in epoch milliseconds. */
export type Now = () => number;

/** oidc-provider's adapter for the store: replicas on one database share all entities. */
export class StoredEntities implements Adapter {
  readonly #db: Database;
  readonly #model: string;
  readonly #now: Now;

  constructor(db: Database, model: string, now: Now) {
    this.#db = db;
    this.#model = model;
    this.#now = now;
  }

  /** @param expiresIn seconds */
  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    const { jti, ...rest } = payload;
    const row = {
      payload: JSON.stringify(SECRET_IDS.has(this.#model) ? rest : { jti, ...rest }),
      grantId: payload.grantId ?? null,
      uid: this.#model === 'Session' ? (payload.uid ?? null) : null,
      expiresAt: this.#now() + expiresIn * 1000,
    };
    await this.#db
      .insertInto('openidEntities')
      .values({ model: this.#model, idHash: hashId(id), consumedAt: null, ...row })
      .onConflict((conflict) => conflict.columns(['model', 'idHash']).doUpdateSet(row))
      .execute();
  }

  /** Stores an entity without content, unless there is one. @returns whether there was none; of several concurrent calls, for one */
  async addOnce(id: string, expiresIn: number): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto('openidEntities')
      .values({
        model: this.#model,
        idHash: hashId(id),
        payload: '{}',
        grantId: null,
        uid: null,
        expiresAt: this.#now() + expiresIn * 1000,
        consumedAt: null,
      })
      .onConflict((conflict) => conflict.columns(['model', 'idHash']).doNothing())
      .executeTakeFirst();
    return (numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const found = await this.#select().where('idHash', '=', hashId(id)).executeTakeFirst();
    return found && { ...read(found), jti: id };
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const found = await this.#select().where('uid', '=', uid).executeTakeFirst();
    return found && read(found);
  }

  /** The device flow is not supported. */
  async findByUserCode(): Promise<undefined> {
    return undefined;
  }

  /** Marks an entity as used; only the first of several concurrent calls succeeds. @throws InvalidGrant if it was already used */
  async consume(id: string): Promise<void> {
    const { numUpdatedRows } = await this.#db
      .updateTable('openidEntities')
      .set({ consumedAt: this.#now() })
      .where('model', '=', this.#model)
      .where('idHash', '=', hashId(id))
      .where('consumedAt', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw new errors.InvalidGrant('already consumed');
  }

  async destroy(id: string): Promise<void> {
    await this.#db.deleteFrom('openidEntities').where('model', '=', this.#model).where('idHash', '=', hashId(id)).execute();
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await this.#db.deleteFrom('openidEntities').where('model', '=', this.#model).where('grantId', '=', grantId).execute();
  }

  #select() {
    return this.#db
      .selectFrom('openidEntities')
      .select(['payload', 'consumedAt'])
      .where('model', '=', this.#model)
      .where('expiresAt', '>', this.#now());
  }
}

const hashId = (id: string): string => createHash('sha256').update(id).digest('base64url');

function read({ payload, consumedAt }: { payload: string; consumedAt: number | null }): AdapterPayload {
  const parsed = JSON.parse(payload) as AdapterPayload;
  return consumedAt === null ? parsed : { ...parsed, consumed: Math.floor(consumedAt / 1000) };
}
