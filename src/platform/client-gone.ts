import type { FastifyReply } from 'fastify';

/** Aborted when the client hangs up before it has its answer: what it asked for need not be done any more. */
export function clientGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}
