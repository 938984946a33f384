import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { filesOf } from '../../../platform/http/document-errors.js';
import { routeOf } from '../authentication.js';
import { SpringError, unconvertible } from '../errors.js';
import { type ExportFormat, exportFormats, exportTypes, formatScans } from '../export-format.js';
import { type Query, readFilter, readText } from '../page-request.js';
import { ExportQuerySchema } from '../wire.js';
import type { RecordExport, ScanRouteOptions } from './scan-routes.js';

const schema = {
  tags: ['C: DMS Workspace'],
  summary: "Stream the stored scans of the caller's company, oldest first (an addition to the vendor's contract)",
  security: [{ dms: [] }],
  response: { 200: filesOf('the scans', 'text/csv', 'application/x-ndjson') },
};

/** What the export needs. */
export interface ExportScansOptions extends ScanRouteOptions {
  readonly recordExport: RecordExport;
}

/** `GET /v1/face-liveness/export` */
export function exportScans(app: FastifyInstance, { requireRight, paths, scans, recordExport }: ExportScansOptions): void {
  // A client that reads slowly or not at all must not keep the server from stopping.
  const running = new Set<ServerResponse>();
  app.addHook('preClose', async () => {
    for (const response of running) response.destroy();
  });
  for (const path of paths('/v1/face-liveness/export')) {
    const options = {
      schema,
      config: { query: ExportQuerySchema },
      onRequest: requireRight('scans:read'),
    };
    app.get<{ Querystring: Query }>(path, options, async (request, reply) => {
      refuseUnknown(request.query);
      const format = readFormat(request.query);
      const mark = readMark(request.query);
      const filter = readFilter(request.query);
      const { companyId, accountId } = request.caller!;
      const begin = () =>
        reply.type(exportTypes[format]).header('content-disposition', `attachment; filename="face-liveness.${format}"`);
      // Nothing is exported. A stream's length is not known, as with GET.
      if (request.method === 'HEAD') return begin().send(Readable.from([]));
      const source = { read: () => scans.read(companyId, filter), readSummaries: () => scans.readSummaries(companyId, filter) };
      // Read before the answer begins: a stream that breaks off cannot become an error response.
      const pieces = formatScans(source, { format, mark });
      const first = await pieces.next();
      await recordExport({ companyId, accountId, route: routeOf(request), format, filter });
      running.add(reply.raw);
      reply.raw.once('close', () => running.delete(reply.raw));
      return begin().send(Readable.from(continued(first, pieces), { objectMode: false }));
    });
  }
}

/** What an iterator yields, beginning with what has been read of it. */
async function* continued(first: IteratorResult<string>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

/** An export without a filter that was misspelt would contain every scan. @throws SpringError 400 */
function refuseUnknown(query: Query): void {
  const names = Object.keys(ExportQuerySchema.properties);
  const unknown = Object.keys(query).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new SpringError(400, `Unknown parameter '${unknown.slice(0, 100)}'. The export takes: ${names.join(', ')}`);
}

function readFormat(query: Query): ExportFormat {
  const text = readText(query, 'format') ?? 'csv';
  const format = exportFormats.find((one) => one === text);
  if (!format) throw unconvertible('format', text);
  return format;
}

function readMark(query: Query): boolean {
  const text = readText(query, 'bom') ?? 'true';
  if (!/^(true|false)$/i.test(text)) throw unconvertible('bom', text);
  return text.toLowerCase() === 'true';
}
