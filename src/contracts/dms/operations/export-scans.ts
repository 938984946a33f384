import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { filesOf } from '../../../platform/http/document-errors.js';
import { routeOf } from '../authentication.js';
import { unconvertible } from '../errors.js';
import { type ExportFormat, exportFormats, exportTypes, formatScans } from '../export-format.js';
import { type Query, readPeriod, readText } from '../page-request.js';
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
      const format = readFormat(request.query);
      const mark = readMark(request.query);
      const period = readPeriod(request.query);
      const { companyId, accountId } = request.caller!;
      const begin = () =>
        reply.type(exportTypes[format]).header('content-disposition', `attachment; filename="face-liveness.${format}"`);
      // Nothing is exported. A stream's length is not known, as with GET.
      if (request.method === 'HEAD') return begin().send(Readable.from([]));
      const source = { read: () => scans.read(companyId, period), readSummaries: () => scans.readSummaries(companyId, period) };
      // Read before the answer begins: a stream that breaks off cannot become an error response.
      const pieces = formatScans(source, { format, mark });
      const first = await pieces.next();
      await recordExport({ companyId, accountId, route: routeOf(request), format, ...period });
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
