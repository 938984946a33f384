import { renderSpringError } from './spring-error.js';
import { lowerStatusName, upperStatusName } from './status-name.js';

/**
 * The body of an error in the form of the contract that a path belongs to, without the contract's own code: for requests that no
 * route sees, since the server does not serve or the request cannot be parsed.
 * @param url path, with or without a query
 * @param pathPrefix the gateway's prefix of contract C
 */
export function renderPlainError(url: string, status: number, message: string, pathPrefix = ''): object {
  const sent = url.split('?')[0]!;
  const path = decodePath(sent);
  if (status === 503 && path.startsWith('/health/')) return { status: 'down', checks: { server: 'down' } };
  if (path.startsWith('/api/v1/')) return { hasError: true, error: nameFaceLiveness(status) };
  if (path.startsWith('/api/')) return { detail: message };
  if (/^\/(triface\/v1\/|v1\/identify\/?$)/.test(path)) return { error: nameTriface(status), message };
  if (isRealmPath(path, pathPrefix))
    return { error: status === 503 ? 'temporarily_unavailable' : 'invalid_request', error_description: message };
  return renderSpringError(status, message, sent);
}

/** A path as the router compares it; as sent if it cannot be decoded. */
function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Whether a path belongs to the OpenID provider. @param pathPrefix the gateway's prefix of contract C */
export const isRealmPath = (path: string, pathPrefix: string): boolean =>
  [pathPrefix, ''].some((prefix) => `${path}/`.startsWith(`${prefix}/realms/`));

const nameFaceLiveness = (status: number): string =>
  status >= 500 ? 'INTERNAL_ERROR' : status === 400 ? 'MALFORMED_JSON' : upperStatusName(status);

const nameTriface = (status: number): string => (status === 503 ? 'unavailable' : lowerStatusName(status));
