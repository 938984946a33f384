import type { FastifyRequest } from 'fastify';
import type { Right } from '../../../identity/caller.js';

/** What every operation on scans shares. */
export interface ScanRouteOptions {
  /** an onRequest hook that demands a bearer token with this right */
  readonly requireRight: (right: Right) => (request: FastifyRequest) => Promise<void>;
  /** every path under which an operation answers: as documented, below the SDK's name, below the gateway's prefix */
  readonly paths: (path: string) => string[];
}
