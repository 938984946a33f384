import type { FastifyReply, FastifyRequest } from 'fastify';
import { renderPlainError } from './plain-error.js';

/** Answers a request that no hook and no route sees: its URL cannot be decoded, or an id in it is longer than any. */
export function answerMalformedUrl(_error: unknown, { id, url, raw, server }: FastifyRequest, reply: FastifyReply): void {
  reply
    .code(400)
    .headers({ 'x-request-id': id, 'cache-control': 'no-store', ...server.crossOrigin.findHeaders(raw) })
    .send(renderPlainError(url, 400, 'The request is malformed', server.pathPrefix));
}
