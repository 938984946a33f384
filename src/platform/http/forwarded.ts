import type { FastifyRequest } from 'fastify';

/**
 * A value that the trusted proxies report in an X-Forwarded- header: lists, several header lines, blanks and quotes are allowed.
 *
 * A list with as many entries as X-Forwarded-For belongs to it entry by entry: the one of the outermost trusted proxy counts, and
 * what the client claimed before it does not. Any other list starts with the outermost proxy's entry, as Spring and Express read it.
 * @param name of the header, lower-case
 * @returns the entry as sent, or `undefined` if the sender is not a trusted proxy or reports nothing
 */
export function forwardedValue(request: FastifyRequest, name: 'x-forwarded-proto' | 'x-forwarded-host'): string | undefined {
  const { headers, server, socket, ips = [] } = request;
  if (!server.isTrustedProxy(socket.remoteAddress ?? '')) return undefined;
  const entries = splitList(headers[name]);
  const clients = splitList(headers['x-forwarded-for']);
  // The first of `ips` is the sender, the last one the client.
  const outermost = clients.length === entries.length ? clients.length - (ips.length - 1) : 0;
  return entries[outermost];
}

function splitList(header: string | string[] | undefined): string[] {
  return [header ?? []]
    .flat()
    .join(',')
    .split(',')
    .map((entry) => entry.trim().replace(/^"(.*)"$/, '$1'))
    .filter((entry) => entry !== '');
}
