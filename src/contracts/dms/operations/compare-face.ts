import type { FastifyInstance } from 'fastify';
import type { GalleryService } from '../../../gallery/gallery-service.js';
import { clientGone } from '../../../platform/client-gone.js';
import { formOverhead } from '../../../platform/read-form.js';
import { ComparisonSchema, renderComparison } from '../comparison.js';
import { readScanForm } from '../scan-form.js';
import { CompareFormSchema } from '../wire.js';
import type { ScanRouteOptions } from './scan-routes.js';

const schema = {
  tags: ['C: DMS Workspace'],
  summary: 'Compare the largest faces of two pictures',
  description:
    'Liveness is not checked. The measurements of both pictures are stored, neither the pictures nor the faces. `channel` and `reference` may also be sent in the query.',
  security: [{ dms: [] }],
  consumes: ['multipart/form-data'],
  response: { 200: ComparisonSchema },
};

/** What the comparison needs. */
export interface CompareFaceOptions extends ScanRouteOptions {
  readonly persons: Pick<GalleryService, 'comparePictures'>;
}

/** `POST /face-recognition-sdk/v1/compare_face` */
export function compareFace(app: FastifyInstance, { requireRight, paths, persons }: CompareFaceOptions): void {
  const pictureBytes = app.initialConfig.bodyLimit! - formOverhead;
  for (const path of paths('/v1/compare_face', '/face-recognition-sdk')) {
    const options = {
      schema,
      bodyLimit: 2 * pictureBytes + formOverhead,
      config: { form: CompareFormSchema, analyzes: true } as const,
      onRequest: requireRight('recognition'),
    };
    app.post(path, options, async (request, reply) => {
      const { channel, reference, files } = await readScanForm(request, 'file1', 'file2');
      const comparison = await persons.comparePictures({
        caller: request.caller!,
        // Not `dms`: these scans have no verdict on liveness and must not be read as one.
        contract: 'dms-compare',
        channel,
        reference,
        pictures: [files.file1, files.file2],
        signal: clientGone(reply),
      });
      const [first, second] = comparison.assessments;
      request.log.info(
        { scans: [first.scan.id, second.scan.id], compared: comparison.score !== undefined },
        'compared two pictures',
      );
      return renderComparison(comparison, { channel });
    });
  }
}
