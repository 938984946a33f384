import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Selectable } from 'kysely';
import { OperatorError } from '../../base/operator-error.js';
import type { Right } from '../../base/settings/rights.js';
import type { Database, OpenIdClientsTable } from '../../storage/schema.js';
import type { Store } from '../../storage/store.js';
import { isUniqueViolation } from '../../storage/store-error.js';
import { transact } from '../../storage/transaction.js';
import type { Accounts } from '../accounts.js';
import { generatePassword } from '../password-rules.js';

/** How a client obtains tokens. The first two grants include `refresh_token`. */
export const GRANTS = ['authorization_code', 'password', 'client_credentials'] as const;
/** One of {@link GRANTS}. */
export type Grant = (typeof GRANTS)[number];

/**
 * The built-in public client. The credential is the account's password, or a code with PKCE for a program on the same machine.
 */
const BUILT_IN_CLIENT = 'triface';
const LOOPBACK = ['http://127.0.0.1', 'http://localhost', 'http://[::1]'].flatMap((host) => [`${host}/`, `${host}/callback`]);

/** A client cannot be created or removed. `message` is for the operator. */
export class ClientError extends OperatorError {
  override name = 'ClientError';
}

/** An OAuth2 client, without its secret. */
export interface OpenIdClient {
  /** client_id */
  readonly id: string;
  /** SHA-256, hexadecimal; undefined: a public client */
  readonly secretHash: string | undefined;
  readonly grants: readonly Grant[];
  /** loopback URIs match any port; those that end in `/*` match every path below */
  readonly redirectUris: readonly string[];
  /** whether a login without a code challenge is refused; always true for a public client */
  readonly requiresPkce: boolean;
  /** origins whose pages may call the server, beyond those of the redirect URIs */
  readonly webOrigins: readonly string[];
  /** the account used when the client acts for itself */
  readonly accountId: string | undefined;
}

/** A new client. */
export interface NewClient {
  readonly id: string;
  readonly isConfidential: boolean;
  readonly grants: readonly Grant[];
  readonly redirectUris: readonly string[];
  /** of the account for client_credentials; default: the oldest company, all rights */
  readonly company?: string | undefined;
  readonly rights?: readonly Right[] | undefined;
}

const builtIn: OpenIdClient = Object.freeze({
  id: BUILT_IN_CLIENT,
  secretHash: undefined,
  grants: ['authorization_code', 'password'] as const,
  redirectUris: LOOPBACK,
  requiresPkce: true,
  webOrigins: [],
  accountId: undefined,
});

/** The OAuth2 clients: the built-in one and those in the store. All are first-party, so no consent is asked for. */
export class OpenIdClients {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #accounts: Accounts;

  constructor({ store, accounts }: { store: Store; accounts: Accounts }) {
    this.#db = store.db;
    this.#now = store.now;
    this.#accounts = accounts;
  }

  async find(id: string): Promise<OpenIdClient | undefined> {
    if (id === BUILT_IN_CLIENT) return builtIn;
    if (!isClientId(id)) return undefined;
    const row = await this.#db.selectFrom('openidClients').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toClient(row);
  }

  /** Every client: the built-in one first, the others sorted by name. */
  async list(): Promise<OpenIdClient[]> {
    const rows = await this.#db.selectFrom('openidClients').selectAll().orderBy('id').execute();
    return [builtIn, ...rows.map(toClient)];
  }

  /** @returns the secret of a confidential client; it is not stored, so show it now @throws ClientError, AccountError */
  async add({ id, isConfidential, grants, redirectUris, company, rights }: NewClient): Promise<{ secret?: string }> {
    checkClient({ id, isConfidential, grants, redirectUris });
    if (await this.find(id)) throw new ClientError(`the client ${id} already exists`);
    const ordered = GRANTS.filter((grant) => grants.includes(grant));
    const secret = isConfidential ? randomBytes(32).toString('base64url') : undefined;
    const accountId = grants.includes('client_credentials') ? await this.#makeServiceAccount(id, company, rights) : null;
    try {
      await transact(this.#db, async (db) => {
        await db
          .insertInto('openidClients')
          .values({
            ...{ id, accountId },
            secretHash: secret === undefined ? null : hashSecret(secret),
            grants: JSON.stringify(ordered),
            redirectUris: JSON.stringify(redirectUris),
            createdAt: this.#now(),
          })
          .execute();
        const made = { isConfidential, grants: ordered, redirectUris, account: accountId };
        await this.#accounts.changes.record(db, { action: 'client.create', companyId: null, subject: id, new: made });
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new ClientError(`the client ${id} already exists`);
      throw error;
    }
    return secret === undefined ? {} : { secret };
  }

  /** Removes a client: revokes its tokens and disables its account. @throws ClientError */
  async remove(id: string): Promise<void> {
    if (id === BUILT_IN_CLIENT) throw new ClientError(`${id} is built in and cannot be removed`);
    const client = await this.find(id);
    if (!client) throw new ClientError(`the client ${id} does not exist`);
    await transact(this.#db, async (db) => {
      await db.deleteFrom('openidClients').where('id', '=', id).execute();
      const { grants, redirectUris, accountId = null, secretHash } = client;
      const old = { isConfidential: secretHash !== undefined, grants, redirectUris, account: accountId };
      await this.#accounts.changes.record(db, { action: 'client.remove', companyId: null, subject: id, old });
    });
    if (client.accountId !== undefined) {
      const account = (await this.#accounts.list()).find(({ accountId }) => accountId === client.accountId);
      if (account) await this.#accounts.disable(account.username);
    }
  }

  /** The name that Keycloak gives the account. A suffix is added if a removed client of the same name left its account behind. */
  async #makeServiceAccount(id: string, company?: string, rights?: readonly Right[]): Promise<string> {
    const name = `service-account-${id}`;
    const username = (await this.#accounts.find(name)) ? `${name}-${randomUUID().slice(0, 8)}` : name;
    const { accountId } = await this.#accounts.create({ username, password: generatePassword(), company, rights });
    return accountId;
  }
}

/** Whether `secret` has this hash, compared in constant time. */
export function isSecretOf(secretHash: string, secret: string): boolean {
  const expected = Buffer.from(secretHash, 'hex');
  const actual = Buffer.from(hashSecret(secret), 'hex');
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** Whether a redirect URI points to a program on the user's own machine. */
export function isLoopback(uri: string): boolean {
  const { protocol, hostname } = new URL(uri);
  return protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}

// The secret is 256 random bits and cannot be guessed, so a fast hash is sufficient.
const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');
const isClientId = (id: string): boolean => /^[\w.-]{1,100}$/.test(id);

function checkClient({ id, isConfidential, grants, redirectUris }: NewClient): void {
  if (!isClientId(id)) throw new ClientError('a client name must have 1 to 100 characters: letters, digits, and . _ -');
  if (grants.length === 0) throw new ClientError('a client needs at least one grant');
  if (grants.includes('client_credentials') && !isConfidential)
    throw new ClientError('client_credentials requires a confidential client');
  if (grants.includes('authorization_code') !== redirectUris.length > 0)
    throw new ClientError('authorization_code requires a redirect URI, and a redirect URI requires authorization_code');
  for (const uri of redirectUris) {
    const url = URL.canParse(uri) ? new URL(uri) : undefined;
    if (url?.hash !== '' || url.username !== '' || url.password !== '' || uri.includes('*') || /\s/.test(uri))
      throw new ClientError(
        `${uri} is not a valid redirect URI: it must be an absolute URL without wildcards, fragment or credentials`,
      );
    if (url.protocol !== 'https:' && !isLoopback(uri))
      throw new ClientError(`${uri}: a redirect URI must begin with https://, or with http:// on localhost, 127.0.0.1 or [::1]`);
  }
  if (redirectUris.some(isLoopback) && !redirectUris.every(isLoopback))
    throw new ClientError('redirect URIs must be either all on the local machine or all https: create two clients');
}

function toClient(row: Selectable<OpenIdClientsTable>): OpenIdClient {
  return {
    id: row.id,
    secretHash: row.secretHash ?? undefined,
    grants: JSON.parse(row.grants) as Grant[],
    redirectUris: JSON.parse(row.redirectUris) as string[],
    requiresPkce: row.requiresPkce === 1,
    webOrigins: JSON.parse(row.webOrigins) as string[],
    accountId: row.accountId ?? undefined,
  };
}
