import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';

/** Registers the generator of openapi.yaml. Call it before the routes are registered. */
export async function addOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Triface',
        version,
        description:
          "Passive face liveness behind three vendors' contracts. Generated from the route schemas: `npm run openapi`.",
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: 'http://localhost:8080' }],
      components: {
        securitySchemes: {
          apptenticate: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'from POST /api/token/' },
          faceLiveness: { type: 'http', scheme: 'basic' },
          dms: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'from POST /realms/{realm}/protocol/openid-connect/token',
          },
        },
      },
    },
    // Operations read forms and queries themselves, without validation by Fastify: the route's config describes the fields.
    transform: ({ schema, url, route }) => {
      const { form, query } = (route as { config?: { form?: unknown; query?: unknown } }).config ?? {};
      const read = { ...(form ? { body: form } : {}), ...(query ? { querystring: query } : {}) };
      return { schema: { ...schema, ...read }, url } as { schema: typeof schema; url: string };
    },
  });
}
