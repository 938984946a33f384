import type { FastifyRequest } from 'fastify';
import type { Right } from '../../../identity/caller.js';
import type { ScanService } from '../../../scans/scan-service.js';

/** What every operation on scans shares. */
export interface ScanRouteOptions {
  readonly scans: ScanService;
  /** an onRequest hook that demands a bearer token with this right */
  readonly requireRight: (right: Right) => (request: FastifyRequest) => Promise<void>;
  /** every path under which an operation answers: as documented, below the SDK's name, below the gateway's prefix */
  readonly paths: (path: string) => string[];
}
