import basicAuth from '@fastify/basic-auth';
import type { FastifyError, FastifyInstance } from 'fastify';
import { BusyError } from '../../base/busy-error.js';
import type { CaptureService } from '../../capture/capture-service.js';
import { GalleryError, type GalleryFault } from '../../gallery/gallery-error.js';
import type { GalleryService } from '../../gallery/gallery-service.js';
import type { Authenticator } from '../../identity/authenticate.js';
import { throwAsFailure } from '../../platform/authentication-failure.js';
import { FormError } from '../../platform/read-form.js';
import type { ScanService } from '../../scans/scan-service.js';
import { TrifaceError } from './errors.js';
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
  /** `*`, or origins whose pages may read the capture keys */
  readonly captureOrigins: '*' | readonly string[];
}

/**
 * Our own contract: operations that no vendor offers, below `/triface/v1`; identification also below `/v1`. Basic authentication,
 * except for public keys. Errors are `{error, message}`.
 */
export async function triface(app: FastifyInstance, options: TrifaceOptions): Promise<void> {
  await app.register(
    async (scope) => {
      await readyScope(scope, options);
      scope.setNotFoundHandler((_request, reply) =>
        reply.code(404).send({ error: 'not-found', message: 'this endpoint does not exist' }),
      );
      readCaptureKeys(scope, { capture: options.capture, origins: options.captureOrigins });
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
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (error instanceof TrifaceError)
      return reply.code(error.status).headers(error.headers).send({ error: error.code, message: error.message });
    if (error instanceof GalleryError) {
      const { status, message } = galleryFaults[error.fault];
      return reply.code(status).send({ error: error.fault, message });
    }
    if (error instanceof FormError)
      return reply.code(error.fault === 'too-large' ? 413 : 400).send({ error: error.fault, message: error.message });
    if (error instanceof BusyError)
      return reply
        .code(503)
        .header('retry-after', String(error.retryAfterSeconds))
        .send({ error: 'busy', message: 'the server is busy: try again later' });
    const status = error.statusCode ?? 500;
    if (status === 401) return reply.code(401).send({ error: 'unauthorized', message: 'username and password are required' });
    if (status < 500) return reply.code(status).send({ error: 'bad-request', message: 'the request is malformed' });
    request.log.error({ err: error }, 'failed');
    return reply.code(500).send({ error: 'internal', message: 'an unexpected error occurred' });
  });
  await app.register(basicAuth, {
    authenticate: { realm: 'Triface' },
    async validate(username, password, request) {
      const result = await authenticator.authenticate({ username, password, address: request.ip }).catch(throwAsFailure);
      if (result.ok) request.caller = result.caller;
      else if (result.reason === 'invalid') return new Error('invalid credentials');
      else
        throw new TrifaceError(429, 'too-many-requests', 'too many attempts: try again later', {
          'retry-after': String(result.retryAfterSeconds),
        });
    },
  });
}

const galleryFaults: Readonly<Record<GalleryFault, { readonly status: number; readonly message: string }>> = {
  'unknown-person': { status: 404, message: 'the person does not exist' },
  'citizen-id-taken': { status: 409, message: 'a person with this citizen id already exists' },
  'face-registered': { status: 409, message: 'the face is already registered as another person' },
  'unknown-enrolment': { status: 404, message: 'the person has no enrolment with this id' },
  'last-enrolment': { status: 409, message: 'the only enrolment of a person cannot be removed: erase the person instead' },
};
