import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Right } from '../../../base/settings/rights.js';
import type { ScanFilter } from '../../../scans/scan-query.js';
import type { ScanService } from '../../../scans/scan-service.js';
import type { ScanRenderer } from '../documented-fields.js';
import { SpringError } from '../errors.js';
import type { Walks } from '../walks.js';

/** An export of a company's scans. */
export interface ScanExport {
  readonly accountId: string;
  readonly companyId: string;
  readonly route: string;
  readonly format: string;
  readonly filter: ScanFilter;
}

/** Records an export in the audit log, before its first row is sent. */
export type RecordExport = (exported: ScanExport) => Promise<void>;

/** Dependencies shared by the operations on scans. */
export interface ScanRouteOptions {
  readonly scans: ScanService;
  readonly walks: Walks;
  /** an onRequest hook that requires a bearer token with this right */
  readonly requireRight: (right: Right) => (request: FastifyRequest) => Promise<void>;
  readonly renderer: ScanRenderer;
  /**
   * all paths of an operation: as documented, below the service's name, and below the gateway's prefix
   * @param service default: the liveness service
   */
  readonly paths: (path: string, service?: string) => string[];
}

/** The parameters of a path with an id. */
export const IdParamsSchema = Type.Object({ id: Type.String({ description: 'uuid' }) });

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The id in the path. @throws SpringError 400 if it is not a uuid */
export function readId(request: FastifyRequest<{ Params: { id: string } }>): string {
  const { id } = request.params;
  if (!uuid.test(id))
    throw new SpringError(400, "Failed to convert value of type 'java.lang.String' to required type 'java.util.UUID'");
  return id;
}

/** The scan does not exist or belongs to another company. */
export const scanNotFound = (id: string): SpringError => new SpringError(404, `No face liveness scan with id ${id}`);
