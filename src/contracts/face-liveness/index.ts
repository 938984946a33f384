import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator } from '../../identity/authenticate.js';
import { addBasicAuth } from '../../platform/http/basic-auth.js';
import { documentErrors } from '../../platform/http/document-errors.js';
import { answerFailure, type FailureRenderers } from '../../platform/http/failure.js';
import { upperStatusName } from '../../platform/http/status-name.js';
import type { ImageFetcher } from '../../platform/safe-fetch/image-fetcher.js';
import type { ScanService } from '../../scans/scan-service.js';
import { RequestError } from './errors.js';
import { checkLiveness } from './operations/check-liveness.js';
import { echoedSessionId, echoNumbersAsWritten } from './session-id.js';
import { RequestErrorSchema } from './wire.js';

/** Dependencies and settings of contract B. */
export interface FaceLivenessOptions {
  readonly scans: ScanService;
  readonly authenticator: Authenticator;
  readonly fetcher: ImageFetcher;
  readonly maxImageBytes: number;
  readonly aliases: boolean;
}

/** Contract B, face liveness v1: below `/api/v1`. */
export async function faceLiveness(app: FastifyInstance, options: FaceLivenessOptions): Promise<void> {
  const { authenticator, ...operation } = options;
  documentErrors(app, () => RequestErrorSchema);
  app.knownPaths.collect(app, (request) => failure(upperStatusName(405), request));
  app.setErrorHandler(renderError);
  app.knownPaths.setNotFound(app, (request, reply) => reply.code(404).send(failure(upperStatusName(404), request)));
  await addBasicAuth(app, {
    authenticator,
    throttled: (seconds) => new RequestError(429, upperStatusName(429), { 'retry-after': String(seconds) }),
  });
  // The vendor's text calls the header so; its example and all known clients send `Authorization`.
  app.addHook('onRequest', async ({ headers }) => {
    if (headers.authorization === undefined && typeof headers.authentication === 'string')
      headers.authorization = headers.authentication;
  });
  app.addHook('onRequest', app.basicAuth);
  // This contract has no forms: they get 415, which names the fault.
  app.removeContentTypeParser(['multipart/form-data', 'application/x-www-form-urlencoded']);
  echoNumbersAsWritten(app);
  checkLiveness(app, operation);
}

/** The contract's error response; the session id is echoed if the body could be read. */
function failure(error: string, request: FastifyRequest) {
  const sessionId = echoedSessionId(request);
  return { ...(sessionId === undefined ? {} : { sessionId }), hasError: true, error };
}

const answer = (status: number, name: string) => (_failure: unknown, request: FastifyRequest) => ({
  status,
  body: failure(name, request),
});
const malformed = answer(400, 'MALFORMED_JSON');
const tooLarge = answer(413, 'IMAGE_TOO_LARGE');
const unsupported = answer(415, upperStatusName(415));
const internal = answer(500, 'INTERNAL_ERROR');

const failures: FailureRenderers = {
  busy: answer(503, 'INTERNAL_ERROR'),
  unavailable: answer(503, 'INTERNAL_ERROR'),
  'body-too-large': tooLarge,
  'form-too-large': tooLarge,
  'form-malformed': malformed,
  'text-malformed': malformed,
  'too-slow': answer(408, upperStatusName(408)),
  'not-a-form': unsupported,
  'unsupported-media-type': unsupported,
  'unsupported-encoding': unsupported,
  unauthenticated: answer(401, upperStatusName(401)),
  invalid: ({ path, missing }, request) => ({ status: 400, body: failure(nameInvalidField(path, missing), request) }),
  'client-error': ({ status }, request) =>
    (status === 400 ? malformed : answer(status, upperStatusName(status)))(undefined, request),
  'engine-failed': internal,
  internal,
};

function renderError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  if (error instanceof RequestError) return reply.code(error.status).headers(error.headers).send(failure(error.error, request));
  return answerFailure(error, request, reply, failures);
}

function nameInvalidField(path: string, missing: unknown): string {
  if (missing === 'faceImageBase') return 'FACE_IMAGE_BASE_MISSING';
  if (path === '/faceImageBase') return 'FACE_IMAGE_BASE_INVALID';
  if (path === '/sessionId') return 'SESSION_ID_INVALID';
  return 'MALFORMED_JSON';
}
