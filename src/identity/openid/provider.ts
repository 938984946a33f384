import type { EventEmitter } from 'node:events';
import { type Adapter, type Configuration, errors, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { UnavailableError } from '../../base/unavailable-error.js';
import type { KeySet } from '../../keys/key-ring.js';
import type { OpenIdKey } from '../../keys/rsa-key.js';
import type { Database } from '../../storage/schema.js';
import type { Authenticator } from '../authenticate.js';
import type { Caller } from '../caller.js';
import { type AccessTokens, AUDIENCE } from './access-tokens.js';
import type { BrowserStateParts } from './browser-state.js';
import { clientMethods, describeClient } from './client-metadata.js';
import type { OpenIdClients } from './clients.js';
import { describeResource, loadGrant, makeInteractionPolicy, type ProviderAccount, readStamp } from './first-party.js';
import { honourLogoutHints } from './hinted-logout.js';
import { speakKeycloak } from './keycloak-answers.js';
import { leaveOutCors } from './leave-out-cors.js';
import { registerPasswordGrant } from './password-grant.js';
import {
  ACCESS_SECONDS,
  fixedSettings,
  INTERACTION_SECONDS,
  LOGIN_PATH,
  REFRESH_SECONDS,
  RESOURCE,
  SESSION_SECONDS,
  STATUS_FRAME,
} from './provider-settings.js';
import { issueRefreshJwts } from './refresh-tokens.js';
import { shownScope } from './scopes.js';
import { makeStateSealer } from './sealed-state.js';
import { Sessions } from './sessions.js';
import { adaptSignedTokens } from './signed-tokens.js';
import { StoredEntities } from './stored-entities.js';
import { describeIdTokens, loginClaims } from './token-claims.js';
import { answerUnavailable, noteUnavailable } from './unavailable-answers.js';
import { UnfinishedLogins } from './unfinished-logins.js';

/** The provider's pages other than the login page; each sets type, headers and body. */
export interface ProviderPages {
  /** @param code the OAuth2 error code @param error absent: the database is unavailable */
  error(ctx: KoaContextWithOIDC, code: string, error?: Error): void;
  /** @param form an empty HTML form with the id `op.logoutForm`; a button named `logout` with a value ends the session */
  confirmLogout(ctx: KoaContextWithOIDC, form: string): void;
  loggedOut(ctx: KoaContextWithOIDC): void;
}

/** Dependencies of a provider; shared by all its host names. */
export interface ProviderParts {
  readonly db: Database;
  /** epoch milliseconds by the database's clock */
  readonly now: () => number;
  readonly clients: OpenIdClients;
  readonly authenticator: Authenticator;
  readonly accessTokens: AccessTokens;
  /** the ids of revoked access tokens of clients that act for themselves */
  readonly revokedTokens: StoredEntities;
  /** whether `iss` of a token is this realm */
  readonly isIssuer: (issuer: string) => boolean;
  readonly loadCaller: (accountId: string, credentialVersion: number) => Promise<Caller | undefined>;
  /** an enabled account, regardless of its credential version */
  readonly loadAccount: (accountId: string) => Promise<Caller | undefined>;
  readonly cookieSecret: string;
  readonly pages: ProviderPages;
  /** whether `grant_type=password` is served */
  readonly passwordGrant: boolean;
  /** called with internal errors, for the log */
  readonly onError: (error: unknown) => void;
}

/**
 * An oidc-provider that answers below `issuer`, for example `https://host/realms/triface`. It holds no state, so another one can
 * be created at any time.
 */
export function createProvider(issuer: string, { current: signing, all }: KeySet<OpenIdKey>, parts: ProviderParts): Provider {
  const { pages } = parts;
  const realmPath = new URL(issuer).pathname;
  const browsers = { sealer: makeStateSealer(parts.cookieSecret), now: parts.now, realmPath, provider: () => provider };
  const left = (ctx: KoaContextWithOIDC | undefined, seconds: number): number => {
    const end = ctx?.oidc.entities.Grant?.exp;
    return Math.max(1, end === undefined ? seconds : Math.min(seconds, end - Math.floor(Date.now() / 1000)));
  };
  const describe = () => describeResource(RESOURCE, ACCESS_SECONDS, AUDIENCE, signing.kid);
  const configuration: Configuration = {
    ...fixedSettings,
    adapter: (model: string) => noteUnavailable(adapterFor(model, parts, browsers)),
    jwks: { keys: all.map((key) => key.privateJwk) } as never,
    cookies: {
      names: { session: 'triface_session', interaction: 'triface_login', resume: 'triface_login_resume' },
      keys: [parts.cookieSecret],
      long: { httpOnly: true, sameSite: 'lax', path: realmPath },
      short: { httpOnly: true, sameSite: 'lax' },
    },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => {
          if (token.clientId !== client.clientId) throw new errors.CustomOIDCProviderError('invalid_token', 'Unmatching clients');
          return true;
        },
      },
      // About the tokens of any client, as in Keycloak: a resource server asks. Who may not: keycloak-answers.ts.
      introspection: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => describeResource(resource, ACCESS_SECONDS, AUDIENCE, signing.kid),
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (ctx, form) => pages.confirmLogout(ctx, form),
        postLogoutSuccessSource: async (ctx) => pages.loggedOut(ctx),
      },
    },
    discovery: { check_session_iframe: issuer + STATUS_FRAME },
    renderError: async (ctx, { error: code }, error) => pages.error(ctx, code, error),
    findAccount: (ctx, accountId, token) => findAccount(ctx, accountId, token as never, parts),
    loadExistingGrant: loadGrant,
    interactions: {
      policy: makeInteractionPolicy(),
      url: (_ctx, { uid }) => `${realmPath}${LOGIN_PATH}/${uid}`,
    },
    formats: { customizers: { jwt: (ctx, token, jwt) => addClaims(ctx, token, jwt, parts) } },
    ttl: {
      AccessToken: (ctx) => left(ctx, ACCESS_SECONDS),
      ClientCredentials: ACCESS_SECONDS,
      AuthorizationCode: 60,
      IdToken: (ctx) => left(ctx, ACCESS_SECONDS),
      RefreshToken: (ctx) => left(ctx, REFRESH_SECONDS),
      Interaction: INTERACTION_SECONDS,
      Session: (_ctx, session) =>
        Math.max(1, (session.loginTs ?? Math.floor(Date.now() / 1000)) + SESSION_SECONDS - Math.floor(Date.now() / 1000)),
      Grant: SESSION_SECONDS,
    },
  };
  const provider: Provider = new Provider(issuer, configuration);
  // Fastify has already validated the forwarded headers of the client: the ones here are ours.
  provider.proxy = true;
  Object.assign(provider.Client.prototype, clientMethods);
  answerUnavailable(provider, pages.error);
  if (parts.passwordGrant) registerPasswordGrant(provider, { authenticator: parts.authenticator, toAccount, describe });
  speakKeycloak(provider);
  honourLogoutHints(provider, pages.loggedOut);
  issueRefreshJwts(provider, { secret: parts.cookieSecret, isIssuer: parts.isIssuer, now: Date.now });
  describeIdTokens(provider);
  leaveOutCors(provider);
  // That the database cannot be used is reported once, by whoever watches it.
  const report = (error: unknown) => {
    if (!(error instanceof UnavailableError)) parts.onError(error);
  };
  provider.on('server_error', (_ctx, error) => report(error));
  (provider as EventEmitter).on('error', report);
  return provider;
}

function adapterFor(model: string, parts: ProviderParts, browsers: BrowserStateParts): Adapter {
  const { db, now, clients, accessTokens, passwordGrant } = parts;
  const stored = new StoredEntities(db, model, now);
  if (model === 'Interaction') return new UnfinishedLogins(browsers, stored);
  if (model === 'Session') return new Sessions(browsers, stored);
  if (model === 'Client')
    return Object.assign(stored, {
      find: async (id: string) => {
        const client = await clients.find(id);
        return client && describeClient(client, passwordGrant);
      },
    });
  if (model === 'AccessToken' || model === 'ClientCredentials')
    return adaptSignedTokens(model, stored, accessTokens, parts.revokedTokens);
  return stored;
}

function toAccount(caller: Caller): ProviderAccount {
  return {
    accountId: caller.accountId,
    caller,
    claims: async () => ({
      sub: caller.accountId,
      preferred_username: caller.username,
      name: caller.username,
      realm_access: { roles: caller.rights },
      company: caller.companyId,
    }),
  };
}

/**
 * The account of a session or token; `undefined` if it is disabled or its password has changed since the session or token was
 * issued.
 */
async function findAccount(
  ctx: KoaContextWithOIDC,
  accountId: string,
  token: { amr?: string[]; extra?: { credential_version?: number } } | undefined,
  { loadCaller }: ProviderParts,
) {
  const version = token?.extra?.credential_version ?? readStamp(token ? token.amr : ctx.oidc.session?.amr);
  const caller = await loadCaller(accountId, version);
  return caller && toAccount(caller);
}

/** Gives the access token Keycloak's claims. */
async function addClaims(
  ctx: KoaContextWithOIDC,
  token: { readonly kind: string; readonly scope?: string | undefined },
  jwt: { header?: object | undefined; payload: object },
  parts: ProviderParts,
): Promise<void> {
  const account = ctx.oidc.entities.Account as unknown as ProviderAccount | undefined;
  const caller = token.kind === 'ClientCredentials' ? await loadServiceCaller(ctx, parts) : account!.caller;
  // `JWT`, as in Keycloak: validators written for it do not know `at+jwt`. The claim `typ` distinguishes the kinds.
  jwt.header = { typ: 'JWT' };
  Object.assign(jwt.payload, {
    sub: caller.accountId,
    typ: 'Bearer',
    azp: ctx.oidc.client!.clientId,
    ...(token.kind !== 'ClientCredentials' && loginClaims(ctx)),
    scope: shownScope(token.scope),
    preferred_username: caller.username,
    realm_access: { roles: caller.rights },
    company: caller.companyId,
    credential_version: caller.credentialVersion,
  });
}

async function loadServiceCaller(ctx: KoaContextWithOIDC, { clients, loadAccount }: ProviderParts): Promise<Caller> {
  const client = await clients.find(ctx.oidc.client!.clientId);
  const caller = client?.accountId === undefined ? undefined : await loadAccount(client.accountId);
  if (!caller) throw new errors.InvalidClientAuth('the account of the client is disabled');
  return caller;
}
