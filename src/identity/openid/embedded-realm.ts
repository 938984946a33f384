import type { KeyRing } from '../../keys/key-ring.js';
import type { OpenIdKey } from '../../keys/rsa-key.js';
import type { Store } from '../../storage/store.js';
import type { Accounts } from '../accounts.js';
import type { Authenticator } from '../authenticate.js';
import { AccessTokens } from './access-tokens.js';
import { OpenIdClients } from './clients.js';
import type { ProviderPages } from './provider.js';
import { openRealmProviders, type RealmProviders } from './realm-providers.js';
import { StoredEntities } from './stored-entities.js';

/** Dependencies and settings of the embedded OpenID provider. */
export interface EmbeddedRealmOptions {
  readonly store: Store;
  readonly accounts: Accounts;
  readonly authenticator: Authenticator;
  readonly keys: KeyRing<OpenIdKey>;
  readonly cookieSecret: string;
  /** the realm's name */
  readonly realm: string;
  /** URL under which clients reach the server, without a trailing slash; '': the host name of each request */
  readonly publicUrl: string;
  readonly passwordGrant: boolean;
}

/** The embedded OpenID provider: it issues tokens and verifies them. */
export interface EmbeddedRealm {
  readonly realm: string;
  readonly publicUrl: string;
  readonly tokens: AccessTokens;
  readonly authenticator: Authenticator;
  readonly clients: Pick<OpenIdClients, 'find'>;
  /** Reads the key that signs the tokens now. */
  readCurrentKey(): Promise<OpenIdKey>;
  /** Opens the realm's providers. @param onError called with internal errors */
  openProviders(pages: ProviderPages, onError: (error: unknown) => void): RealmProviders;
}

/** Assembles the embedded provider without opening anything. */
export function makeEmbeddedRealm(options: EmbeddedRealmOptions): EmbeddedRealm {
  const { store, accounts, authenticator, keys, cookieSecret, realm, publicUrl, passwordGrant } = options;
  const loadCaller = (accountId: string, credentialVersion: number) => accounts.loadCaller(accountId, credentialVersion);
  const clients = new OpenIdClients({ store, accounts });
  const grants = new StoredEntities(store.db, 'Grant', store.now);
  const revokedTokens = new StoredEntities(store.db, 'RevokedToken', store.now);
  const path = `/realms/${realm}`;
  // Each host name has its own issuer. The signature is what counts: our key signs for this realm only.
  const isIssuer = (issuer: string) => (publicUrl === '' ? issuer.endsWith(path) : issuer === publicUrl + path);
  const tokens = new AccessTokens({
    keys,
    isIssuer,
    loadCaller,
    async isStanding({ grantId, clientId, id }) {
      if (!(await clients.find(clientId))) return false;
      if (grantId === undefined) return (await revokedTokens.find(id)) === undefined;
      return (await grants.find(grantId))?.clientId === clientId;
    },
  });
  return {
    realm,
    publicUrl,
    tokens,
    authenticator,
    clients,
    readCurrentKey: async () => (await keys.read()).current,
    openProviders: (pages, onError) =>
      openRealmProviders(keys, {
        db: store.db,
        now: store.now,
        clients,
        authenticator,
        accessTokens: tokens,
        revokedTokens,
        isIssuer,
        loadCaller,
        loadAccount: (accountId) => accounts.loadEnabled(accountId),
        cookieSecret,
        pages,
        passwordGrant,
        onError,
      }),
  };
}
