import cors from '@fastify/cors';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BusyError } from '../../base/busy-error.js';
import type { CaptureService } from '../../capture/capture-service.js';
import { GalleryError, type GalleryFault } from '../../gallery/gallery-error.js';
import type { GalleryService } from '../../gallery/gallery-service.js';
import type { Authenticator } from '../../identity/authenticate.js';
import type { Caller } from '../../identity/caller.js';
import { FormError } from '../../platform/read-form.js';
import { openApiTokens } from './authentication.js';
import { ApiError, citizenIdTaken, faceRegistered, notFound, reject, unknownCitizen } from './errors.js';
import { changePerson } from './operations/change-person.js';
import { checkForeign } from './operations/check-foreign.js';
import { checkLiveness } from './operations/check-liveness.js';
import { checkNational } from './operations/check-national.js';
import { createPerson } from './operations/create-person.js';
import { deletePerson } from './operations/delete-person.js';
import { getPerson } from './operations/get-person.js';
import { listPersons } from './operations/list-persons.js';
import { obtainToken } from './operations/obtain-token.js';
import { recognizeFace } from './operations/recognize-face.js';
import { refreshToken } from './operations/refresh-token.js';

/** The dependencies of contract A. */
export interface ApptenticateOptions {
  readonly persons: GalleryService;
  readonly capture: CaptureService;
  readonly authenticator: Authenticator;
  readonly jwtSecret: Buffer;
  readonly loadCaller: (accountId: string, credentialVersion: number) => Promise<Caller | undefined>;
  readonly rejectionStatus: 200 | 400;
  /** `TRIFACE_PUBLIC_URL` */
  readonly publicUrl: string;
  /** largest accepted selfie, in bytes */
  readonly maxImageBytes: number;
  readonly maxPacketBytes: number;
  /** `*`, or the origins whose pages may call */
  readonly origins: '*' | readonly string[];
}

/** Contract A, Apptenticate: below `/api`. */
export async function apptenticate(app: FastifyInstance, options: ApptenticateOptions): Promise<void> {
  const { authenticator, jwtSecret, loadCaller } = options;
  app.setErrorHandler(renderError);
  app.setNotFoundHandler(renderNotFound);
  const tokens = await openApiTokens(app, { secret: jwtSecret, loadCaller });
  obtainToken(app, { tokens, authenticator });
  refreshToken(app, { tokens });
  await app.register(async (scope) => {
    // The vendor's pages send pictures and packets directly from the browser. The token endpoints are excluded, so that a foreign
    // page cannot try passwords through a visitor's browser and read the answers.
    await scope.register(cors, {
      origin: corsOrigin(options.origins),
      methods: [...methods],
      allowedHeaders: ['authorization', 'content-type', 'accept-language'],
      exposedHeaders: ['retry-after', 'triface-duplicate-of', 'triface-erasure-receipt'],
      maxAge: 600,
    });
    const faces = { ...options, tokens };
    checkLiveness(scope, faces);
    recognizeFace(scope, faces);
    checkNational(scope, faces);
    checkForeign(scope, faces);
    listPersons(scope, faces);
    createPerson(scope, faces);
    getPerson(scope, faces);
    changePerson(scope, faces);
    deletePerson(scope, faces);
  });
}

/** For @fastify/cors: without origins it is switched off. */
const corsOrigin = (origins: ApptenticateOptions['origins']): '*' | false | string[] =>
  origins === '*' ? '*' : origins.length > 0 && [...origins];

const methods = ['GET', 'POST', 'PATCH', 'DELETE'] as const;
const galleryErrors: Readonly<Record<GalleryFault, () => ApiError>> = {
  'unknown-person': unknownCitizen,
  'citizen-id-taken': citizenIdTaken,
  'face-registered': faceRegistered,
  'unknown-enrolment': notFound,
  'last-enrolment': notFound,
};
/**
 * Only an unknown citizen id has a code of its own. A person addressed by path who was erased in the meantime is simply not
 * found.
 */
const renderGalleryError = ({ fault }: GalleryError, { params }: FastifyRequest): ApiError =>
  fault === 'unknown-person' && (params as { id?: string }).id !== undefined ? notFound() : galleryErrors[fault]();
const detail = (text: string) => ({ detail: text });

function renderError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const known = error instanceof GalleryError ? renderGalleryError(error, request) : error;
  if (known instanceof ApiError) return reply.code(known.status).headers(known.headers).send(known.body);
  if (error instanceof FormError) return renderFormError(error, request, reply);
  if (error instanceof BusyError) return reply.code(503).header('retry-after', String(error.retryAfterSeconds)).send(reject(711));
  const status = error.statusCode ?? 500;
  if (status === 413) return reply.code(413).send(detail('The request body is too large.'));
  if (status === 415) return reply.code(415).send(detail(`Unsupported media type "${mediaType(request)}" in request.`));
  if (status < 500) return reply.code(status).send(detail('JSON parse error or malformed request.'));
  request.log.error({ err: error }, 'failed');
  if (!request.routeOptions.config.rejectsAsVerdict) return reply.code(500).send(detail('A server error occurred.'));
  return reply.code(500).send(reject(error.name === 'WorkerFailedError' ? 711 : 712));
}

function renderFormError(error: FormError, request: FastifyRequest, reply: FastifyReply) {
  if (error.fault === 'too-large') return reply.code(413).send(detail(`Request too large: ${error.message}.`));
  if (error.fault === 'malformed') return reply.code(400).send(detail(`Multipart form parse error - ${error.message}`));
  return reply.code(415).send(detail(`Unsupported media type "${mediaType(request)}" in request.`));
}

const mediaType = (request: FastifyRequest): string => (request.headers['content-type'] ?? '').split(';')[0]!.slice(0, 64);

function renderNotFound(request: FastifyRequest, reply: FastifyReply) {
  const path = request.url
    .split('?')[0]!
    .replace(/\/$/, '')
    .replace(/(\/persons\/)[^/]+/, '$1:id');
  const allowed = methods.filter((method) => request.server.hasRoute({ method, url: path }));
  if (allowed.length > 0) {
    return reply
      .code(405)
      .header('allow', allowed.join(', '))
      .send(detail(`Method "${request.method}" not allowed.`));
  }
  return reply.code(404).send(detail('Not found.'));
}
