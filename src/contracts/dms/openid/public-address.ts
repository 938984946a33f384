import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import { clientAddress } from '../../../platform/http/client-address.js';
import { findPublicUrl } from '../../../platform/public-url.js';
import { OAuthError } from '../errors.js';

/** A request for the provider. */
export interface RealmRequest {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly provider: Provider;
  /** the body's parameters; empty if it is no form */
  readonly form: URLSearchParams;
}

/**
 * The URL under which the client reaches this server: the configured one, or the request's host (as reported by a trusted proxy)
 * with the gateway's prefix.
 * @throws OAuthError 400
 */
export function findRealmUrl(request: FastifyRequest, publicUrl: string, prefix: string): string {
  const url = findPublicUrl(request, publicUrl);
  if (url === undefined) throw new OAuthError(400, 'invalid_request', 'Invalid Host header');
  return publicUrl === '' ? url + prefix : url;
}

/**
 * Prepares the raw request for oidc-provider, which reads its own address from it: the public one, with the path below the realm
 * as `url`. Keeps headers set by plugins.
 * @param publicUrl of the server
 * @param path of the realm, for example /realms/triface
 */
export function presentPublicAddress(request: FastifyRequest, reply: FastifyReply, publicUrl: string, path: string): void {
  const { protocol, host, pathname } = new URL(publicUrl);
  const raw = request.raw as typeof request.raw & { originalUrl?: string };
  const url = request.url.slice(request.url.indexOf(path) + path.length);
  Object.assign(raw.headers, {
    'x-forwarded-proto': protocol.slice(0, -1),
    'x-forwarded-host': host,
    'x-forwarded-for': clientAddress(request),
  });
  raw.url = url;
  raw.originalUrl = `${pathname === '/' ? '' : pathname}${path}${url}`;
  // An application that logs its users in in a popup would lose its hold on that window.
  reply.removeHeader('cross-origin-opener-policy');
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value);
  reply.raw.setHeader('x-request-id', request.id);
  reply.raw.setHeader('cache-control', 'no-store');
}

/** Gives oidc-provider the parameters of a form as they are now. A body that is no form stays as it was sent. */
export function replaceForm({ request, form }: RealmRequest): void {
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  if (isForm) giveBodyBack(request, Buffer.from(form.toString()));
}

/** Makes a body that was already read available to oidc-provider again. */
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
