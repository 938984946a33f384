import type { FastifyInstance } from 'fastify';
import { clientGone } from '../../../platform/client-gone.js';
import { type Form, readForm } from '../../../platform/read-form.js';
import { SpringError } from '../errors.js';
import { maxFaces, realAbove } from '../face-rules.js';
import { renderScan, summarize } from '../render.js';
import { CheckFormSchema, ScanSchema } from '../wire.js';
import type { ScanRouteOptions } from './scan-routes.js';

const schema = {
  tags: ['C: DMS Workspace'],
  summary: 'Check the liveness of a picture and store the scan: liveness, 68 landmarks and attributes of each face',
  security: [{ dms: [] }],
  consumes: ['multipart/form-data'],
  response: { 200: ScanSchema },
};

const channels = ['WEB', 'MOBILE', 'OTHER'];
const maxReferenceLength = 256;

/** `POST /face-liveness-sdk/v1/check_liveness` */
export function checkLiveness(app: FastifyInstance, { requireRight, paths, scans }: ScanRouteOptions): void {
  for (const path of paths('/v1/check_liveness')) {
    const options = { schema, config: { form: CheckFormSchema, analyzes: true } as const, onRequest: requireRight('liveness') };
    app.post(path, options, async (request, reply) => {
      const { channel, reference, file } = readCheckForm(await readForm(request));
      const { scan, reason } = await scans.assess({
        caller: request.caller!,
        contract: 'dms',
        bytes: file,
        contractDefaults: { liveness: realAbove },
        channel,
        reference,
        maxFaces,
        keepLandmarks: true,
        summarize,
        signal: clientGone(reply),
      });
      request.log.info({ scan: scan.id, finding: scan.finding, reason }, 'assessed');
      return renderScan(scan);
    });
  }
}

function readCheckForm({ fields, files }: Form): { channel: string; reference: string; file: Buffer } {
  const channel = fields.get('channel');
  if (!channel)
    throw new SpringError(400, "Required request parameter 'channel' for method parameter type String is not present");
  if (!channels.includes(channel)) throw new SpringError(400, `channel must be one of ${channels.join(', ')}`);
  const reference = fields.get('reference');
  if (!reference)
    throw new SpringError(400, "Required request parameter 'reference' for method parameter type String is not present");
  if (reference.length > maxReferenceLength)
    throw new SpringError(400, `reference must be at most ${maxReferenceLength} characters`);
  const file = files.get('file');
  if (!file) throw new SpringError(400, "Required part 'file' is not present.");
  return { channel, reference, file };
}
