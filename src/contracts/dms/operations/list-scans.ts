import type { FastifyInstance, FastifyRequest } from 'fastify';
import { renderPage } from '../page.js';
import { type PageRequest, type Query, readPageRequest } from '../page-request.js';
import { ListQuerySchema, PageSchema } from '../wire.js';
import type { ScanRouteOptions } from './scan-routes.js';

const schema = {
  tags: ['C: DMS Workspace'],
  summary: "A page of the stored scans of the caller's company",
  security: [{ dms: [] }],
  response: { 200: PageSchema },
};

/** `GET /v1/face-liveness` */
export function listScans(app: FastifyInstance, { requireRight, paths, scans, walks, renderer }: ScanRouteOptions): void {
  for (const path of paths('/v1/face-liveness')) {
    const options = { schema, config: { query: ListQuerySchema }, onRequest: requireRight('scans:read') };
    app.get<{ Querystring: Query }>(path, options, async (request) => {
      const wanted = readPageRequest(request.query);
      const { page, size, sort, filter } = wanted;
      const { companyId } = request.caller!;
      // Without a sort, new scans come last, so pages do not shift and a walk may continue into them.
      const walk = sort.length > 0 ? nameWalk(request, wanted) : undefined;
      const upTo = walk !== undefined && page > 0 ? await walks.find(walk) : undefined;
      const listing = await scans.list({ companyId, filter, sort, offset: page * size, limit: size, upTo });
      if (walk !== undefined && page === 0) await walks.begin(walk, listing.upTo);
      return renderPage(listing.scans.map(renderer.stored), listing.total, wanted, renderer.fields);
    });
  }
}

/** Identifies a walk: the same for all pages of a list that one client reads. */
const nameWalk = ({ caller, ip }: FastifyRequest, { size, sort, filter }: PageRequest): string =>
  JSON.stringify([caller!.accountId, ip, size, sort, filter]);
