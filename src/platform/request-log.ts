import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import { pino } from 'pino';

/**
 * The log of the process: JSON lines on stdout, used by Fastify for requests and by the services. Ids, routes, codes and timings,
 * no personal data: no headers, query, client address or body. The serializers name every field that is written, so credentials
 * and pictures cannot get in by accident.
 * @param level least severe level that is logged, or `silent`
 */
export function createLogger(level: string): FastifyBaseLogger {
  const destination = pino.destination({ fd: 1, sync: true });
  // A reader that ended, or a full disk, must not end the server.
  destination.on('error', () => {});
  const options = {
    level,
    // Some plugins log the headers of the request at `trace`, with tokens and addresses.
    redact: { paths: ['headers', '*.headers'], remove: true },
    serializers: {
      req: (request: FastifyRequest) => ({ method: request.method, route: request.routeOptions.url ?? '(none)' }),
      res: (reply: FastifyReply) => ({ statusCode: reply.statusCode ?? 0 }),
      err: (error: Error & { code?: unknown }) => ({
        type: error.name,
        code: error.code,
        message: error.message,
        stack: error.stack ?? '',
      }),
    },
  };
  return pino(options, destination);
}
