import { ROUTES } from '../../../identity/openid/provider-settings.js';
import { grantedScope } from '../../../identity/openid/scopes.js';
import { coverToken } from '../../../identity/openid/structured-tokens.js';
import { type RealmRequest, replaceForm } from './public-address.js';

/** Passes the request to oidc-provider, which sends the response. */
export function passOn({ request, reply, provider }: RealmRequest): void {
  reply.hijack();
  void provider.callback()(request.raw, reply.raw);
}

/** For clients that are programs: the library would answer errors with a page if `Accept` names HTML. */
export function passForJson(on: RealmRequest): void {
  on.request.raw.headers.accept = 'application/json';
  passOn(on);
}

/** A token request. Unknown scopes are dropped, at a refresh as at the login. */
export function passGrantOn(on: RealmRequest): void {
  const { form } = on;
  const [scope, ...more] = form.getAll('scope');
  if (scope !== undefined && more.length === 0) {
    // An empty one counts as absent: a refresh then is for all that was granted.
    if (scope.trim() === '') form.delete('scope');
    else form.set('scope', grantedScope(scope));
    replaceForm(on);
  }
  passForJson(on);
}

/**
 * A login. Without a scope, the default ones are granted. Applications that send a `nonce` and want no ID token are served, as by
 * Keycloak: the library refuses them.
 */
export function passLoginOn(on: RealmRequest): void {
  const { raw } = on.request;
  const [path, query = ''] = splitQuery(raw.url!);
  const parameters = new URLSearchParams(query);
  if (parameters.getAll('scope').length <= 1) {
    const scope = grantedScope(parameters.get('scope'));
    parameters.set('scope', scope);
    if (!scope.startsWith('openid')) parameters.delete('nonce');
    const [originalPath] = splitQuery((raw as { originalUrl?: string }).originalUrl!);
    Object.assign(raw, { url: `${path}?${parameters}`, originalUrl: `${originalPath}?${parameters}` });
  }
  passPageOn(on);
}

/** The revocation or introspection of a token. */
export function passTokenOn(on: RealmRequest): void {
  const { form } = on;
  const tokens = form.getAll('token');
  if (tokens.length === 1) {
    form.set('token', coverToken(tokens[0]!));
    replaceForm(on);
  }
  passForJson(on);
}

/**
 * Keycloak's logout by POST. With a refresh token it ends that token's login and answers 204 (implemented as the revocation of
 * RFC 7009). Otherwise it is a browser's form, which continues as a GET with the session's cookie.
 */
export function passLogoutOn(on: RealmRequest): unknown {
  const { request, reply, form } = on;
  const refreshToken = form.get('refresh_token');
  if (refreshToken === null) {
    // Addresses are logged and kept in histories.
    form.delete('client_secret');
    return reply.redirect(`?${form}`, 303);
  }
  form.delete('refresh_token');
  form.set('token', refreshToken);
  form.set('token_type_hint', 'refresh_token');
  request.raw.url = ROUTES.revocation;
  return passTokenOn(on);
}

/**
 * A request whose response may be a page of the library's: one that submits a form by itself, to the application
 * (`response_mode=form_post`) or to the next step of a logout. The library adds the hash of its script. The policy names no target of
 * the form, since browsers apply `form-action` also to the redirects that the application answers with. An application may load the
 * page in a frame (`prompt=none`): there is nothing to click on.
 */
export function passPageOn(on: RealmRequest): void {
  on.reply.raw.removeHeader('x-frame-options');
  on.reply.raw.setHeader('content-security-policy', "default-src 'none'; script-src 'self'; base-uri 'none'");
  passOn(on);
}

const splitQuery = (url: string): [string, string?] => {
  const start = url.indexOf('?');
  return start < 0 ? [url] : [url.slice(0, start), url.slice(start + 1)];
};
