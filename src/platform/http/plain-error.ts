import { STATUS_CODES } from 'node:http';

/**
 * The body of an error in the form of the contract that a path belongs to, without the contract's own code: for requests that no
 * route sees, since the server does not serve or the request cannot be parsed.
 * @param url path, with or without a query
 * @param pathPrefix the gateway's prefix of contract C
 */
export function renderPlainError(url: string, status: number, message: string, pathPrefix = ''): object {
  const path = url.split('?')[0]!;
  if (status === 503 && path.startsWith('/health/')) return { status: 'down', checks: { server: 'down' } };
  if (path.startsWith('/api/v1/')) return { hasError: true, error: nameFaceLiveness(status) };
  if (path.startsWith('/api/')) return { detail: message };
  if (/^\/(triface\/v1\/|v1\/identify\/?$)/.test(path)) return { error: nameTriface(status), message };
  const below = path.startsWith(`${pathPrefix}/`) ? path.slice(pathPrefix.length) : path;
  if (below.startsWith('/realms/'))
    return { error: status === 503 ? 'temporarily_unavailable' : 'invalid_request', error_description: message };
  const timestamp = new Date().toISOString().replace('Z', '+00:00');
  return { timestamp, status, error: STATUS_CODES[status] ?? 'Error', message, path };
}

const nameFaceLiveness = (status: number): string =>
  status >= 500 ? 'INTERNAL_ERROR' : status === 400 ? 'MALFORMED_JSON' : nameOf(status).toUpperCase().replaceAll('-', '_');

const nameTriface = (status: number): string => (status === 503 ? 'unavailable' : nameOf(status));

const nameOf = (status: number): string => (STATUS_CODES[status] ?? 'Error').toLowerCase().replaceAll(/[^a-z]+/g, '-');
