import type { FastifyInstance } from 'fastify';

/**
 * Logs a closing line for requests whose connection closed before the answer was complete: the client gave up, or the server ended
 * the connection. Fastify logs only answers that were sent to their end.
 */
export function logAborted(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.raw.once('close', () => {
      if (reply.raw.writableFinished) return;
      const { headersSent } = reply.raw;
      request.log.info({ ...(headersSent && { res: reply }), responseTime: reply.elapsedTime }, 'request aborted');
    });
  });
}
