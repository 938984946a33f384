import type { FastifyReply } from 'fastify';

/** A signal that is aborted when the client disconnects before it has its response: the work for it can be skipped. */
export function clientGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}
