import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BusyError } from '../../base/busy-error.js';
import type { Right } from '../../identity/caller.js';
import type { TokenVerifier } from '../../identity/openid/access-tokens.js';
import type { EmbeddedRealm } from '../../identity/openid/embedded-realm.js';
import { FormError } from '../../platform/read-form.js';
import type { ScanService } from '../../scans/scan-service.js';
import { requireBearer } from './authentication.js';
import { OAuthError, renderSpringError, SpringError } from './errors.js';
import { realmRoutes } from './openid/realm.js';
import { checkLiveness } from './operations/check-liveness.js';
import { correctScan } from './operations/correct-scan.js';
import { exportScans } from './operations/export-scans.js';
import { getScan } from './operations/get-scan.js';
import { listScans } from './operations/list-scans.js';

/** Dependencies and settings of contract C. */
export interface DmsOptions {
  readonly scans: ScanService;
  /** identifies the caller of a bearer token */
  readonly tokens: TokenVerifier;
  /** the embedded OpenID provider; undefined: only an outside one issues tokens */
  readonly realm: EmbeddedRealm | undefined;
  /** the gateway's path prefix, or empty */
  readonly pathPrefix: string;
}

/** The vendor's service name, which its gateway prepends to each path. */
const sdkPrefix = '/face-liveness-sdk';

/** Contract C, DMS Workspace: check_liveness, stored scans, and the OpenID provider at Keycloak's paths. */
export async function dms(app: FastifyInstance, options: DmsOptions): Promise<void> {
  const { scans, tokens, realm, pathPrefix } = options;
  app.setErrorHandler(renderError);
  const prefixes = [...new Set(['', sdkPrefix, pathPrefix, pathPrefix + sdkPrefix])];
  const shared = {
    scans,
    requireRight: (right: Right) => requireBearer(tokens, right),
    paths: (path: string) => prefixes.map((prefix) => prefix + path),
  };
  if (realm) await app.register(realmRoutes, { realm, prefixes: ['', ...(pathPrefix ? [pathPrefix] : [])] });
  checkLiveness(app, shared);
  getScan(app, shared);
  correctScan(app, shared);
  listScans(app, shared);
  exportScans(app, shared);
}

/** For paths outside all contracts: Spring's 404, the plainest of the error formats. */
export const renderNotFound = (request: FastifyRequest, reply: FastifyReply) =>
  reply.code(404).send(renderSpringError(404, `No endpoint ${request.method} ${request.url.split('?')[0]}.`, request));

/** For requests whose path cannot be parsed, in the same format. */
export const renderMalformed = (request: FastifyRequest, reply: FastifyReply) =>
  reply.code(400).send(renderSpringError(400, 'The request is malformed', request));

function renderError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  if (error instanceof OAuthError) {
    const description = error.description ? { error_description: error.description } : {};
    return reply
      .code(error.status)
      .headers(error.headers)
      .send({ error: error.error, ...description });
  }
  const answer = (status: number, message: string, headers: Readonly<Record<string, string>> = {}) =>
    request.routeOptions.config.oauth
      ? reply
          .code(status)
          .headers(headers)
          .send({ error: status < 500 ? 'invalid_request' : 'server_error', error_description: message })
      : reply
          .code(status)
          .headers(headers)
          .send(renderSpringError(status, message, request));
  if (error instanceof SpringError) return answer(error.status, error.message, error.headers);
  if (error instanceof BusyError)
    return answer(503, 'The server is busy, try again later', { 'retry-after': String(error.retryAfterSeconds) });
  if (error instanceof FormError) {
    if (error.fault === 'too-large') return answer(413, 'Maximum upload size exceeded');
    return error.fault === 'malformed'
      ? answer(400, 'Failed to parse multipart servlet request')
      : answer(415, 'Content-Type is not supported');
  }
  const status = error.statusCode ?? 500;
  if (status === 413) return answer(413, 'Maximum upload size exceeded');
  if (status === 415) return answer(415, 'Content-Type is not supported');
  if (status < 500) return answer(status, 'The request is malformed');
  request.log.error({ err: error }, 'failed');
  return answer(500, 'An unexpected error occurred');
}
