import type { FastifyInstance } from 'fastify';
import { clientGone } from '../../../platform/client-gone.js';
import { frontalBelow, maxFaces, realAbove } from '../face-rules.js';
import { summarize } from '../render.js';
import { readScanForm } from '../scan-form.js';
import { CheckFormSchema, ScanSchema } from '../wire.js';
import type { ScanRouteOptions } from './scan-routes.js';

const schema = {
  tags: ['C: DMS Workspace'],
  summary: 'Check the liveness of a picture and store the scan: liveness, 68 landmarks and attributes of each face',
  description: '`channel` and `reference` may also be sent in the query.',
  security: [{ dms: [] }],
  consumes: ['multipart/form-data'],
  response: { 200: ScanSchema },
};

/** `POST /face-liveness-sdk/v1/check_liveness` */
export function checkLiveness(app: FastifyInstance, { requireRight, paths, scans, renderer }: ScanRouteOptions): void {
  for (const path of paths('/v1/check_liveness')) {
    const options = { schema, config: { form: CheckFormSchema, analyzes: true } as const, onRequest: requireRight('liveness') };
    app.post(path, options, async (request, reply) => {
      const { channel, reference, files } = await readScanForm(request, 'file');
      const { scan, reason } = await scans.assess({
        caller: request.caller!,
        contract: 'dms',
        bytes: files.file,
        contractDefaults: { liveness: realAbove },
        angleLimit: frontalBelow,
        channel,
        reference,
        maxFaces,
        keepLandmarks: true,
        summarize,
        signal: clientGone(reply),
      });
      request.log.info({ scan: scan.id, finding: scan.finding, reason }, 'assessed');
      return renderer.checked(scan);
    });
  }
}
