import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import { findPublicUrl } from '../../../platform/public-url.js';
import { OAuthError } from '../errors.js';

/** A request on its way to the provider. */
export interface RealmRequest {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly provider: Provider;
}

/**
 * The URL that a client reaches this server under: the configured one, or the host of the request (behind a trusted proxy the one that
 * the proxy names) with the gateway's prefix.
 * @throws OAuthError 400
 */
export function findRealmUrl(request: FastifyRequest, publicUrl: string, prefix: string): string {
  const url = findPublicUrl(request, publicUrl);
  if (url === undefined) throw new OAuthError(400, 'invalid_request', 'Invalid Host header');
  return publicUrl === '' ? url + prefix : url;
}

/**
 * Readies the raw request for oidc-provider, which finds its own address in it: the public one, with the path below the realm as `url`.
 * Headers that plugins have set go along.
 * @param publicUrl of the server @param path of the realm, for example /realms/triface
 */
export function presentPublicAddress(request: FastifyRequest, reply: FastifyReply, publicUrl: string, path: string): void {
  const { protocol, host, pathname } = new URL(publicUrl);
  const raw = request.raw as typeof request.raw & { originalUrl?: string };
  const url = request.url.slice(request.url.indexOf(path) + path.length);
  Object.assign(raw.headers, {
    'x-forwarded-proto': protocol.slice(0, -1),
    'x-forwarded-host': host,
    'x-forwarded-for': request.ip,
  });
  raw.url = url;
  raw.originalUrl = `${pathname === '/' ? '' : pathname}${path}${url}`;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value);
  reply.raw.setHeader('x-request-id', request.id);
}

/** Gives a body that was read back to the raw request, for oidc-provider to read. */
export function giveBodyBack({ raw }: FastifyRequest, body: Buffer): void {
  raw.headers['content-length'] = String(body.length);
  delete raw.headers['transfer-encoding'];
  Object.defineProperties(raw, {
    readable: { value: true, configurable: true },
    iterator: {
      configurable: true,
      value: async function* () {
        yield body;
      },
    },
  });
}
