import type { FastifyRequest } from 'fastify';

/**
 * The URL under which a client reaches this server, without a trailing slash: the configured one, or else the host of the request
 * (behind a trusted proxy, the host that the proxy names). `undefined` if the Host header is not a valid host.
 * @param configured `TRIFACE_PUBLIC_URL`
 */
export function findPublicUrl({ protocol, host }: FastifyRequest, configured: string): string | undefined {
  if (configured !== '') return configured;
  if ((protocol !== 'http' && protocol !== 'https') || !/^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(host)) return undefined;
  const url = `${protocol}://${host}`;
  return URL.canParse(url) ? new URL(url).origin : undefined;
}
