import type { FastifyInstance } from 'fastify';
import Type from 'typebox';

/** Checks one dependency of the server. Throws or rejects if it does not work. */
export type ReadinessCheck = () => Promise<void> | void;

const Health = Type.Object({
  status: Type.Enum(['up', 'down']),
  checks: Type.Optional(Type.Record(Type.String(), Type.Enum(['up', 'down']))),
});

/**
 * `/health/live`: the process answers. `/health/ready`: 200 if every check passes, otherwise 503 with the state of each check.
 */
export function addHealthRoutes(app: FastifyInstance, checks: Readonly<Record<string, ReadinessCheck>>): void {
  const tags = ['health'];
  app.get(
    '/health/live',
    { logLevel: 'warn', schema: { tags, summary: 'Liveness: the process answers', response: { 200: Health } } },
    () => ({ status: 'up' }),
  );
  const ready = {
    tags,
    summary: 'Readiness: the models are loaded and the database answers',
    response: { 200: Health, 503: Health },
  };
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
