import type { FastifyInstance } from 'fastify';
import Type from 'typebox';

/** One thing that must work for the server to be of use. Resolves when it does, rejects when it does not. */
export type ReadinessCheck = () => Promise<void> | void;

const Health = Type.Object({
  status: Type.Enum(['up', 'down']),
  checks: Type.Optional(Type.Record(Type.String(), Type.Enum(['up', 'down']))),
});

/** `/health/live`: the process answers. `/health/ready`: every check passes; else 503 with the names of those that do not. */
export function addHealthRoutes(app: FastifyInstance, checks: Readonly<Record<string, ReadinessCheck>>): void {
  const tags = ['health'];
  app.get(
    '/health/live',
    { logLevel: 'warn', schema: { tags, summary: 'The process answers', response: { 200: Health } } },
    () => ({ status: 'up' }),
  );
  const ready = { tags, summary: 'Models are warm and the database answers', response: { 200: Health, 503: Health } };
  app.get('/health/ready', { logLevel: 'warn', schema: ready }, async (request, reply) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        try {
          await check();
          return [name, 'up'] as const;
        } catch (error) {
          request.log.warn({ err: error, check: name }, 'not ready');
          return [name, 'down'] as const;
        }
      }),
    );
    const status = results.every(([, state]) => state === 'up') ? 'up' : 'down';
    return reply.code(status === 'up' ? 200 : 503).send({ status, checks: Object.fromEntries(results) });
  });
}
