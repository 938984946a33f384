import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CaptureService } from '../../capture/assess-packet.js';
import type { Authenticator } from '../../identity/authenticate.js';
import type { Caller } from '../../identity/caller.js';
import { FormError } from '../../platform/read-form.js';
import { BusyError } from '../../scans/assess-picture.js';
import type { ScanService } from '../../scans/scan-service.js';
import { openApiTokens } from './authentication.js';
import { ApiError, reject } from './errors.js';
import { checkLiveness } from './operations/check-liveness.js';
import { obtainToken } from './operations/obtain-token.js';
import { refreshToken } from './operations/refresh-token.js';

/** What contract A stands on. */
export interface ApptenticateOptions {
  readonly scans: ScanService;
  readonly capture: CaptureService;
  readonly authenticator: Authenticator;
  readonly jwtSecret: Buffer;
  readonly loadCaller: (accountId: string, credentialVersion: number) => Promise<Caller | undefined>;
  readonly rejectionStatus: 200 | 400;
  /** of a selfie */
  readonly maxImageBytes: number;
  readonly maxPacketBytes: number;
}

/** Contract A, Apptenticate: below `/api`. */
export async function apptenticate(app: FastifyInstance, options: ApptenticateOptions): Promise<void> {
  const { authenticator, jwtSecret, loadCaller } = options;
  app.setErrorHandler(renderError);
  app.setNotFoundHandler(renderNotFound);
  const tokens = await openApiTokens(app, { secret: jwtSecret, loadCaller });
  obtainToken(app, { tokens, authenticator });
  refreshToken(app, { tokens });
  checkLiveness(app, { ...options, tokens });
}

const detail = (text: string) => ({ detail: text });

function renderError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  if (error instanceof ApiError) return reply.code(error.status).headers(error.headers).send(error.body);
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
  const path = request.url.split('?')[0]!.replace(/\/$/, '');
  if (request.server.hasRoute({ method: 'POST', url: path })) {
    return reply
      .code(405)
      .header('allow', 'POST')
      .send(detail(`Method "${request.method}" not allowed.`));
  }
  return reply.code(404).send(detail('Not found.'));
}
