import { createHash, randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Right } from '../../base/settings/rights.js';
import type { Database, OpenIdClientsTable } from '../../storage/schema.js';
import type { Store } from '../../storage/store.js';
import { isUniqueViolation } from '../../storage/store-error.js';
import { transact } from '../../storage/transaction.js';
import type { Accounts } from '../accounts.js';
import { generatePassword } from '../password-rules.js';
import { isUsername } from '../username.js';
import {
  ClientError,
  type ClientSettings,
  checkClientId,
  checkSettings,
  GRANTS,
  type Grant,
  isClientId,
} from './client-rules.js';
import { checkSecret, generateSecret, hashSecret } from './client-secrets.js';
import { isPrefix } from './redirect-uris.js';

/**
 * The built-in public client. The credential is the account's password, or a code with PKCE for a program on the same machine.
 */
const BUILT_IN_CLIENT = 'triface';
const LOOPBACK = ['http://127.0.0.1', 'http://localhost', 'http://[::1]'].flatMap((host) => [`${host}/`, `${host}/callback`]);

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
export interface NewClient extends Pick<ClientSettings, 'isConfidential' | 'grants' | 'redirectUris'> {
  readonly id: string;
  readonly redirectUriPrefixes?: readonly string[] | undefined;
  /** default: for public clients only */
  readonly requiresPkce?: boolean | undefined;
  /** default: none */
  readonly webOrigins?: readonly string[] | undefined;
  /** of a confidential client; default: a new one */
  readonly secret?: string | undefined;
  /** of the account for client_credentials; default: the oldest company, all rights */
  readonly company?: string | undefined;
  readonly rights?: readonly Right[] | undefined;
}

/** What of a client is replaced; the rest remains. */
export interface ClientChange {
  /** if either is named, it replaces the redirect URIs of both kinds */
  readonly redirectUris?: readonly string[] | undefined;
  readonly redirectUriPrefixes?: readonly string[] | undefined;
  readonly requiresPkce?: boolean | undefined;
  readonly webOrigins?: readonly string[] | undefined;
  /** `generated`: a new one */
  readonly secret?: string | { readonly generated: true } | undefined;
}

/** What the operator must see once. */
export interface Created {
  /** a generated secret; it is not stored */
  readonly secret?: string;
  /** username of the account with which the client acts for itself */
  readonly account?: string;
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

  /** @throws ClientError, AccountError */
  async add(client: NewClient): Promise<Created> {
    const { id, isConfidential, grants, company, rights, redirectUriPrefixes = [], webOrigins = [] } = client;
    const { requiresPkce = !isConfidential } = client;
    checkClientId(id);
    const redirectUris = checkSettings({ ...client, redirectUriPrefixes, webOrigins, requiresPkce });
    if (client.secret !== undefined) checkSecret(client.secret);
    if (await this.find(id)) throw new ClientError(`the client ${id} already exists`);
    const ordered = GRANTS.filter((grant) => grants.includes(grant));
    const secret = isConfidential ? (client.secret ?? generateSecret()) : undefined;
    const account = grants.includes('client_credentials') ? await this.#makeServiceAccount(id, company, rights) : undefined;
    const accountId = account?.accountId ?? null;
    try {
      await transact(this.#db, async (db) => {
        await db
          .insertInto('openidClients')
          .values({
            ...{ id, accountId },
            secretHash: secret === undefined ? null : hashSecret(secret),
            grants: JSON.stringify(ordered),
            redirectUris: JSON.stringify(redirectUris),
            requiresPkce: requiresPkce ? 1 : 0,
            webOrigins: JSON.stringify(webOrigins),
            createdAt: this.#now(),
          })
          .execute();
        const made = { isConfidential, grants: ordered, redirectUris, requiresPkce, webOrigins, account: accountId };
        await this.#accounts.changes.record(db, { action: 'client.create', companyId: null, subject: id, new: made });
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new ClientError(`the client ${id} already exists`);
      throw error;
    }
    return {
      ...(secret !== undefined && client.secret === undefined && { secret }),
      ...(account && { account: account.username }),
    };
  }

  /** Replaces what `change` names. @throws ClientError */
  async change(id: string, change: ClientChange): Promise<Pick<Created, 'secret'>> {
    if (id === BUILT_IN_CLIENT) throw new ClientError(`${id} is built in and cannot be changed`);
    if (typeof change.secret === 'string') checkSecret(change.secret);
    const secret = typeof change.secret === 'object' ? generateSecret() : change.secret;
    await transact(this.#db, async (db) => {
      const row = await db.selectFrom('openidClients').selectAll().where('id', '=', id).executeTakeFirst();
      if (!row) throw unknownClient(id);
      const old = toClient(row);
      const isConfidential = old.secretHash !== undefined;
      if (secret !== undefined && !isConfidential)
        throw new ClientError(`${id} is a public client, which has no secret: remove it and add a confidential one`);
      const { requiresPkce = old.requiresPkce, webOrigins = old.webOrigins } = change;
      const redirectUris = checkSettings({
        ...{ isConfidential, grants: old.grants, requiresPkce, webOrigins },
        ...(change.redirectUris || change.redirectUriPrefixes
          ? { redirectUris: change.redirectUris ?? [], redirectUriPrefixes: change.redirectUriPrefixes ?? [] }
          : splitEntries(old.redirectUris)),
      });
      await db
        .updateTable('openidClients')
        .set({
          redirectUris: JSON.stringify(redirectUris),
          requiresPkce: requiresPkce ? 1 : 0,
          webOrigins: JSON.stringify(webOrigins),
          ...(secret !== undefined && { secretHash: hashSecret(secret) }),
        })
        .where('id', '=', id)
        .execute();
      await this.#accounts.changes.record(db, {
        ...{ action: 'client.change', companyId: null, subject: id },
        old: { redirectUris: old.redirectUris, requiresPkce: old.requiresPkce, webOrigins: old.webOrigins },
        new: { redirectUris, requiresPkce, webOrigins },
        more: { isNewSecret: secret !== undefined },
      });
    });
    return secret !== undefined && typeof change.secret === 'object' ? { secret } : {};
  }

  /** Removes a client: revokes its tokens and disables its account. @throws ClientError */
  async remove(id: string): Promise<void> {
    if (id === BUILT_IN_CLIENT) throw new ClientError(`${id} is built in and cannot be removed`);
    const client = await this.find(id);
    if (!client) throw unknownClient(id);
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

  async #makeServiceAccount(id: string, company?: string, rights?: readonly Right[]) {
    const name = nameServiceAccount(id);
    // A removed client of the same name leaves its account behind.
    const username = (await this.#accounts.find(name)) ? `${name}-${randomUUID().slice(0, 8)}` : name;
    return this.#accounts.create({ username, password: generatePassword(), company, rights });
  }
}

/** Stored redirect URIs as the operator gave them. */
export const splitEntries = (entries: readonly string[]) => ({
  redirectUris: entries.filter((uri) => !isPrefix(uri)),
  redirectUriPrefixes: entries.filter(isPrefix).map((uri) => uri.slice(0, -1)),
});

/** The name that Keycloak gives the account. Ids with a colon or of great length, which usernames cannot have, are abridged. */
function nameServiceAccount(id: string): string {
  const name = `service-account-${id}`;
  if (id.length <= 100 && isUsername(name)) return name;
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 8);
  return `service-account-${id.replace(/[^\w.-]+/g, '-').slice(0, 80)}-${hash}`;
}

const unknownClient = (id: string): ClientError => new ClientError(`the client ${id} does not exist`);

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
