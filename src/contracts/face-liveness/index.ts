import basicAuth from '@fastify/basic-auth';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BusyError } from '../../base/busy-error.js';
import type { Authenticator } from '../../identity/authenticate.js';
import { throwAsFailure } from '../../platform/authentication-failure.js';
import type { ImageFetcher } from '../../platform/safe-fetch/image-fetcher.js';
import type { ScanService } from '../../scans/scan-service.js';
import { RequestError } from './errors.js';
import { checkLiveness } from './operations/check-liveness.js';

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
  app.setErrorHandler(renderError);
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]!.replace(/\/$/, '');
    const known = app.hasRoute({ method: 'POST', url: path });
    if (known) return reply.code(405).header('allow', 'POST').send(failure('METHOD_NOT_ALLOWED', request));
    return reply.code(404).send(failure('NOT_FOUND', request));
  });
  await app.register(basicAuth, {
    authenticate: { realm: 'Triface' },
    async validate(username, password, request) {
      const result = await authenticator.authenticate({ username, password, address: request.ip }).catch(throwAsFailure);
      if (result.ok) request.caller = result.caller;
      else if (result.reason === 'throttled')
        throw new RequestError(429, 'TOO_MANY_REQUESTS', { 'retry-after': String(result.retryAfterSeconds) });
      else return new RequestError(401, 'UNAUTHORIZED');
    },
  });
  app.addHook('onRequest', app.basicAuth);
  checkLiveness(app, operation);
}

/** The contract's error response; the session id is echoed if the body could be read. */
function failure(error: string, request: FastifyRequest) {
  const sessionId =
    typeof request.body === 'object' && request.body !== null && 'sessionId' in request.body ? request.body.sessionId : undefined;
  return {
    ...(typeof sessionId === 'string' && [...sessionId.slice(0, 513)].length <= 256 ? { sessionId } : {}),
    hasError: true,
    error,
  };
}

function renderError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const answer = (status: number, name: string) => reply.code(status).send(failure(name, request));
  if (error instanceof RequestError) {
    reply.headers(error.headers);
    return answer(error.status, error.error);
  }
  if (error instanceof BusyError) {
    reply.header('retry-after', String(error.retryAfterSeconds));
    return answer(503, 'INTERNAL_ERROR');
  }
  if (error.validation)
    return answer(400, nameInvalidField(error.validation[0]?.instancePath, error.validation[0]?.params.missingProperty));
  const status = error.statusCode ?? 500;
  if (status === 401) return answer(401, 'UNAUTHORIZED');
  if (status === 413) return answer(413, 'IMAGE_TOO_LARGE');
  if (status === 415) return answer(415, 'UNSUPPORTED_MEDIA_TYPE');
  if (status < 500) return answer(400, 'MALFORMED_JSON');
  request.log.error({ err: error }, 'failed');
  return answer(500, 'INTERNAL_ERROR');
}

function nameInvalidField(path: string | undefined, missing: unknown): string {
  if (missing === 'faceImageBase') return 'FACE_IMAGE_BASE_MISSING';
  if (path === '/faceImageBase') return 'FACE_IMAGE_BASE_INVALID';
  if (path === '/sessionId') return 'SESSION_ID_INVALID';
  return 'MALFORMED_JSON';
}
