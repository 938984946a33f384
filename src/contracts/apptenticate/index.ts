import { STATUS_CODES } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CaptureService } from '../../capture/capture-service.js';
import { GalleryError, type GalleryFault } from '../../gallery/gallery-error.js';
import type { GalleryService } from '../../gallery/gallery-service.js';
import type { Authenticator } from '../../identity/authenticate.js';
import type { Caller } from '../../identity/caller.js';
import { setCrossOriginRule } from '../../platform/http/cross-origin.js';
import { documentErrors } from '../../platform/http/document-errors.js';
import { answerFailure, type FailureRenderers } from '../../platform/http/failure.js';
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
import { PictureUrls } from './picture-urls.js';
import { errorSchemaOf } from './wire.js';

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
  /** how long signed URLs of pictures are valid; 0: they are not signed */
  readonly pictureUrlSeconds: number;
}

/** Contract A, Apptenticate: below `/api`. */
export async function apptenticate(app: FastifyInstance, options: ApptenticateOptions): Promise<void> {
  const { authenticator, jwtSecret, loadCaller } = options;
  documentErrors(app, errorSchemaOf);
  app.knownPaths.collect(app, renderNotAllowed);
  app.setErrorHandler(renderError);
  app.knownPaths.setNotFound(app, (_request, reply) => reply.code(404).send(detail('Not found.')));
  const tokens = await openApiTokens(app, { secret: jwtSecret, loadCaller });
  obtainToken(app, { tokens, authenticator });
  refreshToken(app, { tokens });
  await app.register(async (scope) => {
    // The vendor's pages send pictures and packets directly from the browser. The token endpoints are excluded, so that a foreign
    // page cannot try passwords through a visitor's browser and read the answers.
    setCrossOriginRule(scope, 'capture');
    const faces = { ...options, tokens, pictureUrls: new PictureUrls(jwtSecret, options.pictureUrlSeconds) };
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

const mediaType = (request: FastifyRequest): string => (request.headers['content-type'] ?? '').split(';')[0]!.slice(0, 64);
const unsupported = (_failure: unknown, request: FastifyRequest) => ({
  status: 415,
  body: detail(`Unsupported media type "${mediaType(request)}" in request.`),
});
const malformed = ({ status }: { readonly status: number }) => ({
  status,
  body: detail(status === 400 ? 'JSON parse error or malformed request.' : `${STATUS_CODES[status] ?? 'Error'}.`),
});
const failed = (request: FastifyRequest, code: 711 | 712) => ({
  status: 500,
  body: request.routeOptions.config.rejectsAsVerdict ? reject(code) : detail('A server error occurred.'),
});

const failures: FailureRenderers = {
  busy: () => ({ status: 503, body: reject(711) }),
  // Django REST framework's words. Without `valid`, which would say something of the picture.
  unavailable: () => ({ status: 503, body: detail('Service temporarily unavailable, try again later.') }),
  'body-too-large': () => ({ status: 413, body: detail('The request body is too large.') }),
  'form-too-large': ({ message }) => ({ status: 413, body: detail(`Request too large: ${message}.`) }),
  'form-malformed': ({ message, field }) => ({
    status: 400,
    body: field === undefined ? detail(`Multipart form parse error - ${message}`) : { [field]: [`Malformed: ${message}.`] },
  }),
  'text-malformed': ({ message, field }) => ({
    status: 400,
    body: field === undefined ? detail(`Parse error - ${message}`) : { [field]: [`Not a valid string: ${message}.`] },
  }),
  'too-slow': ({ message }) => ({ status: 408, body: detail(`Request timeout: ${message}.`) }),
  'not-a-form': unsupported,
  'unsupported-media-type': unsupported,
  'unsupported-encoding': () => ({ status: 415, body: detail('Unsupported content encoding: send the body without one.') }),
  unauthenticated: malformed,
  invalid: malformed,
  'client-error': malformed,
  'engine-failed': (_failure, request) => failed(request, 711),
  internal: (_failure, request) => failed(request, 712),
};

function renderError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const known = error instanceof GalleryError ? renderGalleryError(error, request) : error;
  if (known instanceof ApiError) return reply.code(known.status).headers(known.headers).send(known.body);
  return answerFailure(error, request, reply, failures);
}

const renderNotAllowed = ({ method }: FastifyRequest) => detail(`Method "${method}" not allowed.`);
