import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { LOGIN_PATH } from '../../../identity/openid/provider-settings.js';
import type { FaultKind } from './fault-texts.js';

/** What an error page says. */
export interface Fault {
  readonly kind: FaultKind;
  /** what the text names: an id, an address, a parameter */
  readonly value?: string | undefined;
  /** the OAuth2 error code, for support */
  readonly code?: string | undefined;
  /** of the request, for support */
  readonly requestId?: string | undefined;
  /** address of the application, registered for it */
  readonly backTo?: string | undefined;
  /** whether loading the page again may help */
  readonly canRetry?: boolean | undefined;
  /** whether the user was about to sign out */
  readonly isLogout?: boolean | undefined;
}

const COOKIES = /(^|;\s*)triface_(login|session)/;

/** Why a login or logout in progress is unknown. A browser that has any of the cookies does not block them. */
export const findLossOf = (cookies: string | undefined, origin: string): Pick<Fault, 'kind' | 'value'> =>
  COOKIES.test(cookies ?? '') ? { kind: 'expired' } : { kind: 'no-cookie', value: origin };

/** The fault behind an error of oidc-provider. @param code the OAuth2 error code @param error absent: the database is unavailable */
export function describeError(ctx: KoaContextWithOIDC, code: string, error?: Error): Fault {
  const { params = {}, route } = ctx.oidc;
  const isLogout = route?.startsWith('end_session') ?? false;
  const texts = params as Readonly<Record<string, string | undefined>>;
  return {
    ...classify(
      ctx,
      code,
      (error as { error_description?: string } | undefined)?.error_description ?? '',
      error,
      texts,
      isLogout,
    ),
    code,
    isLogout,
    requestId: String(ctx.res.getHeader('x-request-id') ?? ''),
    backTo: findWayBack(ctx, texts, isLogout),
  };
}

function classify(
  ctx: KoaContextWithOIDC,
  code: string,
  description: string,
  error: Error | undefined,
  params: Readonly<Record<string, string | undefined>>,
  isLogout: boolean,
): Pick<Fault, 'kind' | 'value' | 'canRetry'> {
  if (code === 'temporarily_unavailable') return { kind: 'unavailable', canRetry: ctx.method === 'GET' };
  if (code === 'server_error') return { kind: 'server', canRetry: ctx.method === 'GET' };
  if (error instanceof errors.SessionNotFound) return findLossOf(ctx.get('cookie'), new URL(ctx.oidc.issuer).origin);
  if (/xsrf|logout details/.test(description)) return { kind: 'logout-expired', value: new URL(ctx.oidc.issuer).origin };
  if (/id_token_hint/.test(description)) return { kind: isLogout ? 'logout-hint' : 'fault' };
  if (code === 'invalid_client') return { kind: 'unknown-client', value: params.client_id };
  if (code === 'invalid_redirect_uri') return { kind: 'redirect-uri', value: params.redirect_uri };
  if (/post_logout_redirect_uri/.test(description)) return { kind: 'logout-uri', value: params.post_logout_redirect_uri };
  const missing = /missing required parameter\(?s?\)? (.+)/.exec(description)?.[1];
  if (missing !== undefined) return { kind: 'missing-parameter', value: missing.replace(/['"]/g, '') };
  if (/PKCE|code_challenge/.test(description)) return { kind: 'pkce' };
  if (code === 'unsupported_response_type' || code === 'unsupported_response_mode') return { kind: 'unsupported' };
  return { kind: isLogout ? 'logout-fault' : 'fault' };
}

/** The application's address, only if it is registered: a page must not lead elsewhere. */
function findWayBack(ctx: KoaContextWithOIDC, params: Readonly<Record<string, string | undefined>>, isLogout: boolean) {
  const { client } = ctx.oidc;
  const uri = isLogout ? params.post_logout_redirect_uri : params.redirect_uri;
  if (!client || typeof uri !== 'string') return undefined;
  const isAllowed = isLogout ? client.postLogoutRedirectUriAllowed(uri) : client.redirectUriAllowed(uri);
  return isAllowed ? uri : undefined;
}

/** The fault behind an error that this server answers itself. @param body of the answer that programs get */
export function describeAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  { error: code, error_description: text = '' }: { readonly error: string; readonly error_description?: string },
  isLogout: boolean,
): Fault {
  const tooLong = /^Parameter too long: (.+)$/.exec(text)?.[1];
  // The login page answers both methods at one address; the others do not.
  const canRetry = request.method === 'GET' || request.url.includes(LOGIN_PATH);
  const byStatus: Readonly<Record<number, Pick<Fault, 'kind' | 'value' | 'canRetry'>>> = {
    404: { kind: 'realm', value: (request.params as { realm?: string }).realm },
    408: { kind: 'unreadable' },
    413: { kind: 'too-long', value: '' },
    415: { kind: 'unreadable' },
    500: { kind: 'server', canRetry },
    503: { kind: 'unavailable', canRetry },
  };
  const found =
    byStatus[reply.statusCode] ??
    (tooLong !== undefined || /too (many|long)/i.test(text)
      ? { kind: 'too-long' as const, value: tooLong ?? text }
      : { kind: 'unreadable' as const });
  return { ...found, code, requestId: request.id, isLogout };
}
