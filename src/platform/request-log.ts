import type { FastifyLoggerOptions, PinoLoggerOptions } from 'fastify/types/logger.js';

/**
 * Pino's options: ids, routes, codes and timings, nothing of a person. No headers, no query, no address of the client, no body;
 * credentials and pictures cannot get in by accident since the serializers name what is written.
 */
export function logOptions(level: string): FastifyLoggerOptions & PinoLoggerOptions {
  return {
    level,
    // At `trace` @fastify/multipart logs the headers that it was given, tokens and addresses among them.
    redact: { paths: ['headers', '*.headers'], remove: true },
    serializers: {
      req: (request) => ({
        method: request.method,
        route: request.routeOptions.url ?? '(none)',
      }),
      res: (reply) => ({ statusCode: reply.statusCode ?? 0 }),
      err: (error) => ({ type: error.name, code: error.code, message: error.message, stack: error.stack ?? '' }),
    },
  };
}
