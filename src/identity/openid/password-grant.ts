import { errors, type Provider, type TokenEndpointGrantContext } from 'oidc-provider';
import type { Authenticator } from '../authenticate.js';
import type { Caller } from '../caller.js';
import { makeGrant, type ProviderAccount, stampOf } from './first-party.js';
import { RESOURCE } from './provider-settings.js';
import { grantedScope } from './scopes.js';
import { ACR } from './token-claims.js';

/** Dependencies of the grant. */
export interface PasswordGrantOptions {
  readonly authenticator: Authenticator;
  readonly toAccount: (caller: Caller) => ProviderAccount;
  /** describes the one protected resource */
  readonly describe: () => ConstructorParameters<Provider['ResourceServer']>[1];
}

/** Too many wrong passwords. */
export class ThrottledError extends errors.CustomOIDCProviderError {
  constructor(readonly retryAfterSeconds: number) {
    super('temporarily_unavailable', 'Too many attempts');
    this.status = 429;
    this.statusCode = 429;
  }
}

/** The account is unknown or disabled, or the password is wrong. */
class WrongPasswordError extends errors.CustomOIDCProviderError {
  constructor() {
    super('invalid_grant', 'Invalid user credentials');
    this.status = 401;
    this.statusCode = 401;
  }
}

/**
 * Resource owner password credentials (RFC 6749, 4.3). oidc-provider does not include this grant; it is registered as its
 * documentation shows. The client is already authenticated, and the library's own models create and store the tokens.
 */
export function registerPasswordGrant(provider: Provider, options: PasswordGrantOptions): void {
  provider.registerGrantType<{ username?: string; password?: string; scope?: string }>(
    'password',
    (ctx) => grantPassword(ctx, options),
    ['username', 'password', 'scope'],
  );
}

async function grantPassword(
  ctx: TokenEndpointGrantContext<{ username?: string; password?: string; scope?: string }>,
  { authenticator, toAccount, describe }: PasswordGrantOptions,
): Promise<void> {
  const { provider, client, params } = ctx.oidc;
  if (params.username === undefined) throw new errors.InvalidRequest('Missing parameter: username');
  const result = await authenticator.authenticate({
    username: params.username,
    password: params.password ?? '',
    address: ctx.ip,
  });
  if (!result.ok) throw result.reason === 'invalid' ? new WrongPasswordError() : new ThrottledError(result.retryAfterSeconds);
  const account = toAccount(result.caller);
  const scope = grantedScope(params.scope);
  const grant = await makeGrant(provider, account.accountId, client.clientId);
  ctx.oidc.entity('Account', account as never);
  ctx.oidc.entity('Grant', grant);

  const shared = { accountId: account.accountId, client, grantId: grant.jti, gty: 'password', scope };
  const accessToken = new provider.AccessToken(shared as never);
  accessToken.resourceServer = new provider.ResourceServer(RESOURCE, describe());
  ctx.oidc.entity('AccessToken', accessToken);
  const value = await accessToken.save();

  const login = { acr: ACR.password, amr: stampOf(result.caller), authTime: Math.floor(Date.now() / 1000) };
  const refreshToken = new provider.RefreshToken({ ...shared, ...login, resource: RESOURCE, rotations: 0 } as never);
  ctx.oidc.entity('RefreshToken', refreshToken);
  ctx.body = {
    access_token: value,
    expires_in: accessToken.expiration,
    refresh_token: await refreshToken.save(),
    token_type: accessToken.tokenType,
    scope,
    ...(scope.split(' ').includes('openid') && { id_token: await makeIdToken(ctx, account, scope) }),
  };
}

async function makeIdToken(ctx: TokenEndpointGrantContext, account: ProviderAccount, scope: string): Promise<string> {
  const token = new ctx.oidc.provider.IdToken(await account.claims(), { ctx });
  // the library's own way to select claims; missing from its types
  Object.assign(token, { scope });
  return token.issue({ use: 'idtoken' });
}
