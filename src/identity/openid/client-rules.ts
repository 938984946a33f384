import { OperatorError } from '../../base/operator-error.js';
import { isLoopback, isPlainPath, isPrivateUse, toPrefixEntry } from './redirect-uris.js';

/** A client cannot be created, changed or removed. `message` is for the operator. */
export class ClientError extends OperatorError {
  override name = 'ClientError';
}

/** How a client obtains tokens. The first two grants include `refresh_token`. */
export const GRANTS = ['authorization_code', 'password', 'client_credentials'] as const;
/** One of {@link GRANTS}. */
export type Grant = (typeof GRANTS)[number];

/** What the rules of a client are about. */
export interface ClientSettings {
  readonly isConfidential: boolean;
  readonly grants: readonly Grant[];
  /** as the operator gave them */
  readonly redirectUris: readonly string[];
  /** each ends in `/` and allows every path below it */
  readonly redirectUriPrefixes: readonly string[];
  readonly requiresPkce: boolean;
  readonly webOrigins: readonly string[];
}

/** Characters that Keycloak's clients have in practice; spaces and quotes would be ambiguous in logs and shells. */
export const isClientId = (id: string): boolean => /^[\x21-\x7e]{1,255}$/.test(id) && !/["'`\\]/.test(id);

/** @throws ClientError */
export function checkClientId(id: string): void {
  if (!isClientId(id))
    throw new ClientError(
      'a client name must have 1 to 255 characters: letters, digits and signs of ASCII, without spaces, quotes and backslashes',
    );
}

/** @returns the redirect URIs as they are stored @throws ClientError */
export function checkSettings(settings: ClientSettings): string[] {
  const { isConfidential, grants, redirectUris, redirectUriPrefixes, requiresPkce, webOrigins } = settings;
  if (grants.length === 0) throw new ClientError('a client needs at least one grant');
  if (grants.includes('client_credentials') && !isConfidential)
    throw new ClientError('client_credentials requires a confidential client');
  if (grants.includes('authorization_code') !== redirectUris.length + redirectUriPrefixes.length > 0)
    throw new ClientError('authorization_code requires a redirect URI, and a redirect URI requires authorization_code');
  if (!isConfidential && !requiresPkce)
    throw new ClientError(
      'PKCE is optional for confidential clients only: a public client has no secret, so a stolen code would suffice',
    );
  for (const uri of redirectUris) checkRedirectUri(uri, isConfidential);
  for (const prefix of redirectUriPrefixes) checkPrefix(prefix);
  if (redirectUris.some(isPrivateUse) && redirectUris.some(isLoopbackWithTls))
    throw new ClientError('https:// on the local machine cannot be combined with the scheme of an app: create two clients');
  for (const origin of webOrigins) checkWebOrigin(origin);
  return [...redirectUris, ...redirectUriPrefixes.map(toPrefixEntry)];
}

/** @throws ClientError */
function checkRedirectUri(uri: string, isConfidential: boolean): void {
  if (uri.includes('*'))
    throw new ClientError(
      `${uri} is not a valid redirect URI: it contains a wildcard. To allow every path below an address, use --redirect-uri-prefix with an address that ends in /, for example --redirect-uri-prefix https://portal.example/`,
    );
  const url = parse(uri, 'redirect URI');
  if (url.protocol === 'https:' || isLoopback(uri)) return;
  if (url.protocol === 'http:')
    throw new ClientError(
      `${uri}: a redirect URI must begin with https://, or with http:// on localhost, 127.0.0.1 or [::1]. Over http:// others on the network can read the code`,
    );
  const scheme = url.protocol.slice(0, -1);
  if (!/^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+$/.test(scheme))
    throw new ClientError(
      `${uri}: the scheme ${scheme} is not allowed in a redirect URI. An app’s own scheme is its domain in reverse and contains a dot, for example com.example.app:/callback; any app can claim other schemes, and browsers run or open some of them`,
    );
  if (isConfidential)
    throw new ClientError(`${uri}: an app with its own scheme cannot keep a secret, so it must be a public client`);
  if (!/^[^:]+:\//.test(uri))
    throw new ClientError(`${uri} is not a valid redirect URI: a slash must follow the scheme, as in ${scheme}:/callback`);
}

/** @throws ClientError */
function checkPrefix(prefix: string): void {
  const refuse = (why: string) => new ClientError(`${prefix} is not a valid prefix of redirect URIs: ${why}`);
  if (prefix.includes('*')) throw refuse('give the address without *, ending in /; it allows every path below it');
  const url = parse(prefix, 'prefix of redirect URIs');
  if (url.protocol !== 'https:' && !isLoopback(prefix))
    throw refuse('it must begin with https://, or with http:// on localhost, 127.0.0.1 or [::1]');
  if (prefix.includes('?')) throw refuse('it must not have a query');
  if (!prefix.endsWith('/')) throw refuse('it must end in /, so that it covers whole segments of a path');
  if (url.href !== prefix) throw refuse(`write it as browsers do: ${url.href}`);
  if (!isPlainPath(url.pathname)) throw refuse('its path must not contain empty segments or encoded dots and slashes');
}

/** @throws ClientError */
function checkWebOrigin(origin: string): void {
  const refuse = (why: string) => new ClientError(`${origin} is not a valid web origin: ${why}`);
  if (origin === '*') throw refuse('every website could then use the logins of its visitors. Name the origins one by one');
  if (!URL.canParse(origin) || !/^https?:\/\//.test(origin))
    throw refuse('it must be http:// or https:// with a host, for example https://portal.example');
  const { origin: exact } = new URL(origin);
  if (exact !== origin || origin.includes('*')) throw refuse(`an origin is scheme, host and port only: ${exact}`);
}

function parse(uri: string, what: string): URL {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (!url || !/^[\x21-\x7e]+$/.test(uri) || /[\\#"<>`]/.test(uri) || hasCredentials(uri))
    throw new ClientError(
      `${uri} is not a valid ${what}: it must be an absolute URL of ASCII characters without wildcards, fragment, credentials, spaces or backslashes`,
    );
  return url;
}

/** Also empty ones, as in `https://@host`, which parsers drop. */
const hasCredentials = (uri: string): boolean => /^[^:]+:\/*[^/?]*@/.test(uri);

const isLoopbackWithTls = (uri: string): boolean => uri.startsWith('https:') && isLoopback(uri.replace(/^https:/, 'http:'));
