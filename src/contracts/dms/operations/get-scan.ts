import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { SpringError } from '../errors.js';
import { renderScan } from '../render.js';
import { ScanSchema, SpringErrorSchema } from '../wire.js';
import type { ScanRouteOptions } from './scan-routes.js';

const schema = {
  tags: ['C: DMS Workspace'],
  summary: 'A stored scan of the own company',
  security: [{ dms: [] }],
  params: Type.Object({ id: Type.String({ description: 'uuid' }) }),
  response: { 200: ScanSchema, 400: SpringErrorSchema, 401: SpringErrorSchema, 403: SpringErrorSchema, 404: SpringErrorSchema },
};
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** `GET /v1/face-liveness/{id}` */
export function getScan(app: FastifyInstance, { requireRight, paths, scans }: ScanRouteOptions): void {
  for (const path of paths('/v1/face-liveness/:id')) {
    app.get<{ Params: { id: string } }>(path, { schema, onRequest: requireRight('scans:read') }, async (request) => {
      const { id } = request.params;
      if (!uuid.test(id))
        throw new SpringError(400, "Failed to convert value of type 'java.lang.String' to required type 'java.util.UUID'");
      const scan = await scans.find(request.caller!.companyId, id);
      if (scan?.contract !== 'dms') throw new SpringError(404, `No face liveness scan with id ${id}`);
      return renderScan(scan);
    });
  }
}
