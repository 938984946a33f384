import type { FastifyInstance } from 'fastify';

/**
 * Adds the headers that every answer has: the request's id, and what may be cached. While the server stops, each answer is the last one
 * of its connection.
 * @param isStopping whether the server was told to stop, and only serves what still comes
 */
export function addAnswerHeaders(app: FastifyInstance, isStopping: () => boolean = () => false): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
    // Answers hold personal data. What may be kept, such as the capture component's files, says so itself.
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    // A connection that is kept alive would delay the stop until its client closes it.
    if (isClosing || isStopping()) reply.header('connection', 'close');
  });
}
