import { STATUS_CODES } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CaptureService } from '../../capture/capture-service.js';
import { GalleryError, type GalleryFault } from '../../gallery/gallery-error.js';
import type { GalleryService } from '../../gallery/gallery-service.js';
import type { Authenticator } from '../../identity/authenticate.js';
import { addBasicAuth } from '../../platform/http/basic-auth.js';
import { setCrossOriginRule } from '../../platform/http/cross-origin.js';
import { documentErrors } from '../../platform/http/document-errors.js';
import { answerFailure, type FailureRenderers } from '../../platform/http/failure.js';
import { lowerStatusName } from '../../platform/http/status-name.js';
import type { ScanService } from '../../scans/scan-service.js';
import { ErrorSchema, TrifaceError } from './errors.js';
import { enrolments } from './operations/enrolments.js';
import { erasureReceipts } from './operations/erasure-receipts.js';
import { explainScanOperation } from './operations/explain-scan.js';
import { getScanPicture } from './operations/get-scan-picture.js';
import { identifyFace } from './operations/identify-face.js';
import { readCaptureKeys } from './operations/read-capture-keys.js';

/** Dependencies and settings of our own contract. */
export interface TrifaceOptions {
  readonly scans: ScanService;
  readonly persons: GalleryService;
  readonly authenticator: Authenticator;
  readonly capture: CaptureService;
}

/**
 * Our own contract: operations that no vendor offers, below `/triface/v1`; identification also below `/v1`. Basic authentication,
 * except for public keys. Errors are `{error, message}`.
 */
export async function triface(app: FastifyInstance, options: TrifaceOptions): Promise<void> {
  await app.register(
    async (scope) => {
      await readyScope(scope, options);
      scope.knownPaths.setNotFound(scope, (_request, reply) =>
        reply.code(404).send({ error: 'not-found', message: 'this endpoint does not exist' }),
      );
      readCaptureKeys(scope, options);
      await scope.register(async (guarded) => {
        guarded.addHook('onRequest', guarded.basicAuth);
        explainScanOperation(guarded, options);
        getScanPicture(guarded, options);
        identifyFace(guarded, options);
        enrolments(guarded, options);
        erasureReceipts(guarded, options);
      });
    },
    { prefix: '/triface/v1' },
  );
  await app.register(
    async (scope) => {
      await readyScope(scope, options);
      scope.addHook('onRequest', scope.basicAuth);
      identifyFace(scope, options);
    },
    { prefix: '/v1' },
  );
}

async function readyScope(app: FastifyInstance, { authenticator }: TrifaceOptions): Promise<void> {
  documentErrors(app, () => ErrorSchema);
  setCrossOriginRule(app, 'applications');
  app.knownPaths.collect(app, () => bodyOf(405));
  app.setErrorHandler(renderError);
  await addBasicAuth(app, {
    authenticator,
    throttled: (seconds) =>
      new TrifaceError(429, 'too-many-requests', 'too many attempts: try again later', { 'retry-after': String(seconds) }),
  });
}

const answer = (status: number, error: string, message: string) => () => ({ status, body: { error, message } });
const malformed = answer(400, 'bad-request', 'the request is malformed');
const unsupported = answer(415, 'unsupported-media-type', 'the content type is not supported: send multipart/form-data');

/** The body of an error that has no words of its own: those of its status. */
const bodyOf = (status: number) => ({ error: lowerStatusName(status), message: STATUS_CODES[status] ?? 'Bad Request' });
const unexpected = answer(500, 'internal', 'an unexpected error occurred');

const failures: FailureRenderers = {
  busy: answer(503, 'busy', 'the server is busy: try again later'),
  unavailable: answer(503, 'unavailable', 'the service is temporarily unavailable: try again later'),
  'body-too-large': answer(413, 'too-large', 'the request body is too large'),
  'form-too-large': ({ message }) => answer(413, 'too-large', message)(),
  'form-malformed': ({ message }) => answer(400, 'malformed', message)(),
  'text-malformed': ({ message }) => answer(400, 'malformed', message)(),
  'too-slow': ({ message }) => answer(408, 'too-slow', message)(),
  'not-a-form': ({ message }) => answer(400, 'not-a-form', message)(),
  'unsupported-media-type': unsupported,
  'unsupported-encoding': ({ message }) => answer(415, 'unsupported-encoding', message)(),
  unauthenticated: answer(401, 'unauthorized', 'username and password are required'),
  invalid: malformed,
  'client-error': ({ status }) => (status === 400 ? malformed() : { status, body: bodyOf(status) }),
  'engine-failed': unexpected,
  internal: unexpected,
};

function renderError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  if (error instanceof TrifaceError)
    return reply.code(error.status).headers(error.headers).send({ error: error.code, message: error.message });
  if (error instanceof GalleryError) {
    const { status, message } = galleryFaults[error.fault];
    return reply.code(status).send({ error: error.fault, message });
  }
  return answerFailure(error, request, reply, failures);
}

const galleryFaults: Readonly<Record<GalleryFault, { readonly status: number; readonly message: string }>> = {
  'unknown-person': { status: 404, message: 'the person does not exist' },
  'citizen-id-taken': { status: 409, message: 'a person with this citizen id already exists' },
  'face-registered': { status: 409, message: 'the face is already registered as another person' },
  'unknown-enrolment': { status: 404, message: 'the person has no enrolment with this id' },
  'last-enrolment': { status: 409, message: 'the only enrolment of a person cannot be removed: erase the person instead' },
};
