import { decodeJwt } from 'jose';
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import { ThrottledError } from './password-grant.js';
import { REFRESH_SECONDS, ROUTES } from './provider-settings.js';
import { shownScope } from './scopes.js';
import { revealToken } from './structured-tokens.js';

/** The token endpoint's response with Keycloak's fields. */
export interface TokenAnswer {
  readonly access_token: string;
  /** seconds */
  readonly expires_in: number;
  /** seconds; 0: no refresh token */
  readonly refresh_expires_in: number;
  readonly refresh_token?: string;
  readonly token_type: 'Bearer';
  readonly id_token?: string;
  readonly 'not-before-policy': 0;
  /** uuid, unchanged by refreshes; absent for a client acting for itself */
  readonly session_state?: string;
  readonly scope: string;
}

/** Gives the provider's responses Keycloak's fields, numbers and error bodies. */
export function speakKeycloak(provider: Provider): void {
  const renderError = (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) => {
    const { status, body } = renderTokenError(ctx, error);
    ctx.status = status;
    ctx.type = 'json';
    ctx.body = body;
    if (error instanceof ThrottledError) ctx.set('retry-after', String(error.retryAfterSeconds));
  };
  provider.on('grant.error', renderError);
  provider.on('revocation.error', renderError);
  provider.on('introspection.error', renderError);
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.status !== 200) return;
    const context = ctx as unknown as KoaContextWithOIDC;
    const route = context.oidc?.route;
    if (route === 'token') ctx.body = await renderTokens(context);
    if (route === 'introspection') renderIntrospection(context);
    if (route === 'revocation') renderRevocation(context);
  });
}

/** Keycloak's logout by refresh token is this library's revocation under another path. */
function renderRevocation(ctx: KoaContextWithOIDC): void {
  const { originalUrl = '' } = ctx.req as { originalUrl?: string };
  const path = originalUrl.split('?')[0]!.replace(/\/$/, '');
  if (path.endsWith(ROUTES.end_session)) ctx.status = 204;
  // RFC 7009 says that clients ignore the body. Some refuse one that is no JSON, or that is empty.
  else ctx.body = {};
}

async function renderTokens(ctx: KoaContextWithOIDC): Promise<TokenAnswer> {
  const answer = ctx.body as {
    access_token: string;
    expires_in: number;
    refresh_token?: string;
    id_token?: string;
    scope?: string;
  };
  let { refresh_token: refreshValue } = answer;
  const { RefreshToken: refreshToken, Grant: grant } = ctx.oidc.entities;
  const now = Math.floor(Date.now() / 1000);
  if (refreshToken && ctx.oidc.params?.grant_type === 'refresh_token') {
    // Each use extends the refresh token, up to the end of the login: Keycloak's session idle and session max.
    refreshToken.exp = Math.min(now + REFRESH_SECONDS, grant!.exp!);
    refreshValue = await refreshToken.save();
  }
  return {
    access_token: answer.access_token,
    expires_in: answer.expires_in,
    refresh_expires_in: refreshToken ? Math.max(0, (refreshToken.exp ?? now + refreshToken.expiration) - now) : 0,
    ...(refreshValue !== undefined && { refresh_token: refreshValue }),
    token_type: 'Bearer',
    ...(answer.id_token !== undefined && { id_token: answer.id_token }),
    'not-before-policy': 0,
    ...(grant && { session_state: grant.jti }),
    scope: shownScope(answer.scope ?? refreshToken?.scope),
  };
}

/** Answers with the claims of the token, as Keycloak does. Clients without a secret may not ask. */
function renderIntrospection(ctx: KoaContextWithOIDC): void {
  const { client, params } = ctx.oidc;
  if (client!.clientAuthMethod === 'none') {
    ctx.status = 403;
    ctx.body = { error: 'invalid_request', error_description: 'Client not allowed.' };
    return;
  }
  if (!(ctx.body as { active: boolean }).active) return;
  const claims = decodeJwt(revealToken(params!.token as string));
  ctx.body = {
    ...claims,
    client_id: claims.azp,
    ...(claims.preferred_username !== undefined && { username: claims.preferred_username }),
    ...(claims.typ === 'Bearer' && { token_type: 'Bearer' }),
    active: true,
  };
}

interface ErrorAnswer {
  readonly status: number;
  readonly body: { readonly error: string; readonly error_description?: string };
}

const answer = (status: number, error: string, description: string): ErrorAnswer => ({
  status,
  body: { error, error_description: description },
});

/** A token endpoint error in Keycloak's wording. The library's `error_detail` is not exposed. */
function renderTokenError(ctx: KoaContextWithOIDC, error: errors.OIDCProviderError): ErrorAnswer {
  const { grant_type: grant } = (ctx.oidc.params ?? {}) as { grant_type?: string };
  if (error instanceof errors.UnsupportedGrantType) return answer(400, 'unsupported_grant_type', 'Unsupported grant_type');
  if (error instanceof errors.InvalidClientAuth) {
    // a known client with a wrong secret, or an unknown client
    const known = ctx.oidc.client !== undefined;
    return answer(401, known ? 'unauthorized_client' : 'invalid_client', 'Invalid client or Invalid client credentials');
  }
  if (error instanceof errors.InvalidGrant) {
    if (grant === 'refresh_token') return answer(400, 'invalid_grant', 'Invalid refresh token');
    const detail = error.error_detail ?? '';
    if (/PKCE|code_verifier/i.test(detail)) return answer(400, 'invalid_grant', 'PKCE verification failed: Code mismatch');
    if (/redirect_uri/.test(detail)) return answer(400, 'invalid_grant', 'Incorrect redirect_uri');
    return answer(400, 'invalid_grant', 'Code not valid');
  }
  const description = (error as { error_description?: string }).error_description ?? '';
  if (/grant type is not allowed/.test(description)) {
    const what =
      grant === 'password' ? 'direct access grants' : grant === 'client_credentials' ? 'service accounts' : 'this grant';
    return answer(400, 'unauthorized_client', `Client not allowed for ${what}`);
  }
  const missing = /missing required parameter\(?s?\)? '?(\w+)'?/.exec(description)?.[1];
  if (missing === 'grant_type') return answer(400, 'invalid_request', 'Missing form parameter: grant_type');
  if (missing) return answer(400, 'invalid_request', `Missing parameter: ${missing}`);
  if (/no client authentication mechanism/.test(description))
    return answer(401, 'invalid_client', 'Invalid client or Invalid client credentials');
  if (!error.expose) return answer(500, 'server_error', 'An unexpected error occurred');
  return answer(error.statusCode, error.error, description);
}
