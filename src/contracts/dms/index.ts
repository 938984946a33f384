import { STATUS_CODES } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Right } from '../../base/settings/rights.js';
import type { GalleryService } from '../../gallery/gallery-service.js';
import type { TokenVerifier } from '../../identity/openid/access-tokens.js';
import type { EmbeddedRealm } from '../../identity/openid/embedded-realm.js';
import { setCrossOriginRule } from '../../platform/http/cross-origin.js';
import { documentErrors, type ErrorSchemaOf } from '../../platform/http/document-errors.js';
import { answerFailure, type FailureRenderers } from '../../platform/http/failure.js';
import type { RenderNotAllowed } from '../../platform/http/known-paths.js';
import { isRealmPath } from '../../platform/http/plain-error.js';
import { renderSpringError } from '../../platform/http/spring-error.js';
import type { ScanService } from '../../scans/scan-service.js';
import { requireBearer } from './authentication.js';
import { type AnswerFields, createRenderer } from './documented-fields.js';
import { OAuthError, SpringError } from './errors.js';
import { realmRoutes } from './openid/realm.js';
import { checkLiveness } from './operations/check-liveness.js';
import { compareFace } from './operations/compare-face.js';
import { correctScan } from './operations/correct-scan.js';
import { exportScans } from './operations/export-scans.js';
import { getScan } from './operations/get-scan.js';
import { listScans } from './operations/list-scans.js';
import type { RecordExport } from './operations/scan-routes.js';
import type { Walks } from './walks.js';
import { OAuthErrorSchema, SpringErrorSchema } from './wire.js';

/** Dependencies and settings of contract C. */
export interface DmsOptions {
  readonly scans: ScanService;
  readonly persons: Pick<GalleryService, 'comparePictures'>;
  readonly walks: Walks;
  /** identifies the caller of a bearer token */
  readonly tokens: TokenVerifier;
  /** the embedded OpenID provider; undefined: only an outside one issues tokens */
  readonly realm: EmbeddedRealm | undefined;
  readonly recordExport: RecordExport;
  readonly fields: AnswerFields;
}

/** The errors of the contract, for openapi.yaml. */
export const errorSchemaOf: ErrorSchemaOf = (_status, { config }) => (config?.oauth ? OAuthErrorSchema : SpringErrorSchema);

/** The name of the vendor's liveness service. Its gateway prepends the service's name to each path. */
const sdkPrefix = '/face-liveness-sdk';

/** Contract C, DMS Workspace: check_liveness, stored scans, compare_face, and the OpenID provider at Keycloak's paths. */
export async function dms(app: FastifyInstance, options: DmsOptions): Promise<void> {
  const { scans, persons, walks, tokens, realm, recordExport, fields } = options;
  const { pathPrefix } = app;
  documentErrors(app, errorSchemaOf);
  app.knownPaths.collect(app, renderNotAllowed);
  app.setErrorHandler(renderError);
  setCrossOriginRule(app, 'applications');
  const shared = {
    scans,
    walks,
    requireRight: (right: Right) => requireBearer(tokens, right),
    renderer: createRenderer(fields),
    paths: (path: string, service = sdkPrefix) =>
      [...new Set(['', service, pathPrefix, pathPrefix + service])].map((prefix) => prefix + path),
  };
  if (realm) await app.register(realmRoutes, { realm, prefixes: ['', ...(pathPrefix ? [pathPrefix] : [])] });
  checkLiveness(app, shared);
  getScan(app, shared);
  correctScan(app, shared);
  listScans(app, shared);
  exportScans(app, { ...shared, recordExport });
  compareFace(app, { ...shared, persons });
}

/** For paths outside all contracts: Spring's 404, the plainest of the error formats. */
export const renderNotFound = (request: FastifyRequest, reply: FastifyReply) => {
  const path = request.url.split('?')[0]!;
  return reply.code(404).send(renderBody(404, `No endpoint ${request.method} ${path}.`, request));
};

/** For routes of no contract, too. */
export const renderNotAllowed: RenderNotAllowed = (request, { config }) =>
  renderBody(405, messageOf(405), request, config?.oauth);

const messageOf = (status: number): string => (status === 400 ? 'The request is malformed' : (STATUS_CODES[status] ?? 'Error'));

const oauthErrors = new Map([[503, 'temporarily_unavailable']]);

/** Whether a request is for one of the OpenID routes, or for a path among them that no route has. */
const isOAuth = ({ is404, url, routeOptions, server }: FastifyRequest): boolean =>
  routeOptions.config.oauth === true || (is404 && isRealmPath(url.split('?')[0]!, server.pathPrefix));

/** An error's body: Spring's, or OAuth's on the OpenID routes. */
const renderBody = (status: number, message: string, request: FastifyRequest, oauth = isOAuth(request)) =>
  oauth
    ? { error: oauthErrors.get(status) ?? (status < 500 ? 'invalid_request' : 'server_error'), error_description: message }
    : renderSpringError(status, message, request.url);

const answer = (status: number, message: string) => (_failure: unknown, request: FastifyRequest) => ({
  status,
  body: renderBody(status, message, request),
});
const tooLarge = answer(413, 'Maximum upload size exceeded');
const unsupported = answer(415, 'Content-Type is not supported');
const malformed = ({ status }: { readonly status: number }, request: FastifyRequest) =>
  answer(status, messageOf(status))(undefined, request);
const unexpected = answer(500, 'An unexpected error occurred');

const failures: FailureRenderers = {
  busy: answer(503, 'The server is busy, try again later'),
  unavailable: answer(503, 'The service is temporarily unavailable, try again later'),
  'body-too-large': tooLarge,
  'form-too-large': tooLarge,
  'form-malformed': ({ message, field }, request) => {
    const detail = field === undefined ? '' : `: ${message}`;
    return answer(400, `Failed to parse multipart servlet request${detail}`)(undefined, request);
  },
  'text-malformed': ({ message }, request) => answer(400, `The request is malformed: ${message}`)(undefined, request),
  'too-slow': answer(408, 'The request took too long to arrive'),
  'not-a-form': unsupported,
  'unsupported-media-type': unsupported,
  'unsupported-encoding': answer(415, 'Content-Encoding is not supported'),
  unauthenticated: malformed,
  invalid: malformed,
  'client-error': malformed,
  'engine-failed': unexpected,
  internal: unexpected,
};

/** For routes of no contract, too. */
export function renderError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  if (error instanceof OAuthError) {
    const description = error.description ? { error_description: error.description } : {};
    return reply
      .code(error.status)
      .headers(error.headers)
      .send({ error: error.error, ...description });
  }
  if (error instanceof SpringError)
    return reply
      .code(error.status)
      .headers(error.headers)
      .send(renderBody(error.status, error.message, request));
  return answerFailure(error, request, reply, failures);
}
