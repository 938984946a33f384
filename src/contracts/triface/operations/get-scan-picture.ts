import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { filesOf } from '../../../platform/http/document-errors.js';
import type { ScanService } from '../../../scans/scan-service.js';
import { requireRight, TrifaceError } from '../errors.js';

const schema = {
  tags: ['Triface'],
  summary: "The picture of a scan of the caller's company, while it is kept",
  security: [{ faceLiveness: [] }],
  params: Type.Object({ id: Type.String({ description: "uuid, or contract A's transaction id" }) }),
  response: { 200: filesOf('the picture', 'image/jpeg', 'image/png', 'image/webp', 'image/gif') },
};

/** `GET /triface/v1/scans/{id}/picture` */
export function getScanPicture(app: FastifyInstance, { scans }: { scans: ScanService }): void {
  app.get<{ Params: { id: string } }>(
    '/scans/:id/picture',
    { schema, onRequest: requireRight('scans:read') },
    async (request, reply) => {
      const scan = await scans.findByAnyId(request.caller!.companyId, request.params.id);
      const picture = scan && (await scans.readPicture(scan));
      if (!picture) throw new TrifaceError(404, 'not-found', 'the scan does not exist, or its picture is not kept');
      return reply.type(picture.mediaType).header('cache-control', 'private, no-store').send(picture.bytes);
    },
  );
}
