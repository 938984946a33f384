import type { IncomingMessage, OutgoingHttpHeaders, RequestListener } from 'node:http';
import { renderPlainError } from '../platform/http/plain-error.js';

/** Why the server does not serve. */
export type NotServing = 'starting' | 'stopping';

/** Headers of the answer to a request that no route sees. */
export type HeadersOf = (request: IncomingMessage) => OutgoingHttpHeaders;

const messages: Readonly<Record<NotServing, string>> = {
  starting: 'The server is starting, try again later.',
  stopping: 'The server is stopping, try again later.',
};

/**
 * Answers every request with 503 and `Retry-After`, in the form of the contract that the path belongs to. Used while the routes do
 * not exist yet or no longer. The connection is closed, so that the client's next attempt may reach another server.
 * @param pathPrefix the gateway's prefix of contract C
 * @param findHeaders finds further headers, such as those that let pages of other origins read the answer
 */
export function answerNotServing(
  why: NotServing,
  retryAfterSeconds: number,
  pathPrefix = '',
  findHeaders: HeadersOf = () => ({}),
): RequestListener {
  return (request, response) => {
    response.writeHead(503, {
      'content-type': 'application/json; charset=utf-8',
      'retry-after': String(retryAfterSeconds),
      'cache-control': 'no-store',
      connection: 'close',
      ...findHeaders(request),
    });
    response.end(JSON.stringify(renderPlainError(request.url ?? '/', 503, messages[why], pathPrefix)));
  };
}
