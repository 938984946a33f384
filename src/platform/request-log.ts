import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import { pino } from 'pino';

/**
 * Writes why the server ends, whatever `LOG_LEVEL` is: before the settings are read, and also with `silent`.
 * @param bug an error that is not for the operator, to be written with its stack
 */
export function logFatal(message: string, bug?: unknown): void {
  createLogger('fatal').fatal(bug === undefined ? {} : { err: bug }, message);
}

/** What {@link logFatal} writes with a bug. */
export const unexpectedEnd = 'an unexpected error ends the server';

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
