import type { RequestListener } from 'node:http';

/** Why the server does not serve. */
export type NotServing = 'starting' | 'stopping';

const messages: Readonly<Record<NotServing, string>> = {
  starting: 'The server is starting, try again later.',
  stopping: 'The server is stopping, try again later.',
};

/**
 * Answers every request with 503 and `Retry-After`, in the form of the contract that the path belongs to. Used while the routes do
 * not exist yet or no longer. The connection is closed, so that the client's next attempt may reach another server.
 * @param pathPrefix the gateway's prefix of contract C
 */
export function answerNotServing(why: NotServing, retryAfterSeconds: number, pathPrefix = ''): RequestListener {
  return (request, response) => {
    const path = (request.url ?? '/').split('?')[0]!;
    response.writeHead(503, {
      'content-type': 'application/json; charset=utf-8',
      'retry-after': String(retryAfterSeconds),
      'cache-control': 'no-store',
      connection: 'close',
    });
    response.end(JSON.stringify(render(path, messages[why], pathPrefix)));
  };
}

function render(path: string, message: string, pathPrefix: string): object {
  if (path.startsWith('/health/')) return { status: 'down', checks: { server: 'down' } };
  if (path.startsWith('/api/v1/')) return { hasError: true, error: 'INTERNAL_ERROR' };
  if (path.startsWith('/api/')) return { detail: message };
  if (/^\/(triface\/)?v1\/(?!check_liveness|face-liveness)/.test(path)) return { error: 'unavailable', message };
  const below = path.startsWith(`${pathPrefix}/`) ? path.slice(pathPrefix.length) : path;
  if (below.startsWith('/realms/')) return { error: 'temporarily_unavailable', error_description: message };
  const timestamp = new Date().toISOString().replace('Z', '+00:00');
  return { timestamp, status: 503, error: 'Service Unavailable', message, path };
}
