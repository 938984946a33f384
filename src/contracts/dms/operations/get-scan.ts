import type { FastifyInstance } from 'fastify';
import { entityTagOf } from '../render.js';
import { ScanSchema } from '../wire.js';
import { IdParamsSchema, readId, type ScanRouteOptions, scanNotFound } from './scan-routes.js';

const schema = {
  tags: ['C: DMS Workspace'],
  summary: "A stored scan of the caller's company",
  security: [{ dms: [] }],
  params: IdParamsSchema,
  response: { 200: ScanSchema },
};

/** `GET /v1/face-liveness/{id}` */
export function getScan(app: FastifyInstance, { requireRight, paths, scans, renderer }: ScanRouteOptions): void {
  for (const path of paths('/v1/face-liveness/:id')) {
    app.get<{ Params: { id: string } }>(path, { schema, onRequest: requireRight('scans:read') }, async (request, reply) => {
      const id = readId(request);
      const scan = await scans.find(request.caller!.companyId, id);
      if (scan?.contract !== 'dms') throw scanNotFound(id);
      reply.header('etag', entityTagOf(scan));
      return renderer.stored(scan);
    });
  }
}
