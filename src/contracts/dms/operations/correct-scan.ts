import type { FastifyInstance } from 'fastify';
import { findWrittenNumbers } from '../../../platform/body-parsers.js';
import type { SummaryField } from '../../../scans/scan-summary.js';
import { readCorrection } from '../correction.js';
import { SpringError } from '../errors.js';
import { entityTagOf, renderCorrected } from '../render.js';
import { CorrectionSchema, ScanReceiptSchema, ScanSchema, SpringErrorSchema } from '../wire.js';
import { IdParamsSchema, readId, type ScanRouteOptions, scanNotFound } from './scan-routes.js';

const schema = {
  tags: ['C: DMS Workspace'],
  summary: "Correct a stored scan of the caller's company",
  description:
    "The body is the entity. Fields of the server are ignored, absent fields and those that are null stay unchanged, texts and numbers are converted as by Jackson, and the engine's results (`face_state`, `faces`) never change. The last write wins, unless `If-Match` names the version to replace (the `ETag` of GET and PUT).",
  security: [{ dms: [] }],
  consumes: ['application/json'],
  params: IdParamsSchema,
  response: {
    200: { anyOf: [ScanSchema, ScanReceiptSchema] },
    412: SpringErrorSchema,
  },
};

/** `PUT /v1/face-liveness/{id}` */
export function correctScan(app: FastifyInstance, { requireRight, paths, scans, renderer }: ScanRouteOptions): void {
  for (const path of paths('/v1/face-liveness/:id')) {
    const options = { schema, config: { form: CorrectionSchema }, onRequest: requireRight('scans:write') };
    app.put<{ Params: { id: string } }>(path, options, async (request, reply) => {
      const id = readId(request);
      if (!/^application\/([\w.-]+\+)?json\b/i.test(request.headers['content-type'] ?? ''))
        throw new SpringError(415, 'Content-Type is not supported');
      const { companyId, accountId, rights } = request.caller!;
      const match = request.headers['if-match'];
      const changes = readCorrection(request.body, findWrittenNumbers(request));
      const outcome = await scans.correct({
        companyId,
        accountId,
        id,
        changes,
        accepts: (revision) => match === undefined || isMatched(match, `"${revision}"`),
      });
      if (!outcome.ok && outcome.reason === 'stale')
        throw new SpringError(412, 'The scan was changed in the meantime: read it again');
      if (!outcome.ok) throw scanNotFound(id);
      reply.header('etag', entityTagOf(outcome.scan));
      if (rights.includes('scans:read')) return renderer.stored(outcome.scan);
      return renderer.limit(renderCorrected(outcome.scan, Object.keys(changes) as SummaryField[]));
    });
  }
}

/** RFC 9110, 13.1.1: `*`, or a list of tags. Tags are compared strongly, so a weak tag never matches. */
const isMatched = (header: string, tag: string): boolean =>
  header.trim() === '*' || header.split(',').some((one) => one.trim() === tag);
