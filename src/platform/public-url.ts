import { isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { forwardedValue } from './http/forwarded.js';

const validHost = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i;

/**
 * The URL under which a client reaches this server, without a trailing slash: the configured one, or else the host of the request
 * (behind a trusted proxy, the protocol and host that the proxy names). `undefined` if one of them is not valid.
 * @param configured `TRIFACE_PUBLIC_URL`
 */
export function findPublicUrl(request: FastifyRequest, configured: string): string | undefined {
  if (configured !== '') return configured;
  const protocol = forwardedValue(request, 'x-forwarded-proto')?.toLowerCase() ?? 'http';
  const named = forwardedValue(request, 'x-forwarded-host') ?? request.headers.host ?? '';
  const host = isIPv6(named) ? `[${named}]` : named;
  if (!/^https?$/.test(protocol) || !validHost.test(host)) return undefined;
  const url = `${protocol}://${host}`;
  return URL.canParse(url) ? new URL(url).origin : undefined;
}
