import type { FastifyRequest } from 'fastify';

/**
 * The URL that a client reaches this server under, without a trailing slash: the configured one, or the host of the request (behind a
 * trusted proxy the one that the proxy names). `undefined`: the request's host is none.
 * @param configured `TRIFACE_PUBLIC_URL`
 */
export function findPublicUrl({ protocol, host }: FastifyRequest, configured: string): string | undefined {
  if (configured !== '') return configured;
  if ((protocol !== 'http' && protocol !== 'https') || !/^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(host)) return undefined;
  const url = `${protocol}://${host}`;
  return URL.canParse(url) ? new URL(url).origin : undefined;
}
