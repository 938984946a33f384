import cors from '@fastify/cors';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { isAllowed, type Origins } from '../../base/origins.js';

/** What pages of other origins may do with the routes of a scope. */
export interface CrossOriginAccess {
  readonly origins: Origins;
  readonly methods: readonly string[];
  /** request headers beyond the safelisted ones */
  readonly requestHeaders: readonly string[];
  /** response headers that scripts may read */
  readonly responseHeaders: readonly string[];
}

/** Seconds for which browsers may cache the answer to a preflight request. */
const preflightSeconds = 600;

/** Answers preflight requests and sets the CORS headers of every route of the scope. Without origins it sets none. */
export async function addCrossOriginAccess(app: FastifyInstance, access: CrossOriginAccess): Promise<void> {
  const { origins, methods, requestHeaders, responseHeaders } = access;
  await app.register(cors, {
    origin: origins === '*' ? '*' : origins.length > 0 && [...origins],
    methods: [...methods],
    allowedHeaders: [...requestHeaders],
    exposedHeaders: [...responseHeaders],
    maxAge: preflightSeconds,
    // Any other OPTIONS is answered in the same way: the plugin's own refusal is a text.
    strictPreflight: false,
  });
}

/**
 * Lets pages of the given origins read one response to a simple GET, which has no preflight request. Pages may also embed it
 * (Cross-Origin-Resource-Policy).
 */
export function allowReading(reply: FastifyReply, origins: Origins, origin: string | undefined): void {
  if (origins !== '*') reply.header('vary', 'origin');
  if (isAllowed(origins, origin)) reply.header('access-control-allow-origin', origins === '*' ? '*' : origin);
  reply.header('cross-origin-resource-policy', 'cross-origin');
}
