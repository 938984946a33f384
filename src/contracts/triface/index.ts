import basicAuth from '@fastify/basic-auth';
import type { FastifyError, FastifyInstance } from 'fastify';
import type { CaptureService } from '../../capture/assess-packet.js';
import type { Authenticator } from '../../identity/authenticate.js';
import type { ScanService } from '../../scans/scan-service.js';
import { ApiError } from './errors.js';
import { explainScanOperation } from './operations/explain-scan.js';
import { readCaptureKeys } from './operations/read-capture-keys.js';

/** What our own contract stands on. */
export interface TrifaceOptions {
  readonly scans: ScanService;
  readonly authenticator: Authenticator;
  readonly capture: CaptureService;
  /** `*`, or origins whose pages may read the capture keys */
  readonly captureOrigins: string;
}

/** Our own contract, below `/triface/v1`: what no vendor has an endpoint for. Basic auth, but for public keys; errors are `{error, message}`. */
export async function triface(
  app: FastifyInstance,
  { scans, authenticator, capture, captureOrigins }: TrifaceOptions,
): Promise<void> {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (error instanceof ApiError)
      return reply.code(error.status).headers(error.headers).send({ error: error.code, message: error.message });
    const status = error.statusCode ?? 500;
    if (status === 401) return reply.code(401).send({ error: 'unauthorized', message: 'username and password are needed' });
    if (status < 500) return reply.code(status).send({ error: 'bad-request', message: 'the request is malformed' });
    request.log.error({ err: error }, 'failed');
    return reply.code(500).send({ error: 'internal', message: 'an unexpected error occurred' });
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'not-found', message: 'there is no such endpoint' }));
  await app.register(basicAuth, {
    authenticate: { realm: 'Triface' },
    async validate(username, password, request) {
      const result = await authenticator.authenticate({ username, password, address: request.ip });
      if (result.ok) request.caller = result.caller;
      else if (result.reason === 'invalid') return new Error('invalid credentials');
      else throw new ApiError(429, 'too-many-requests', 'too many attempts', { 'retry-after': String(result.retryAfterSeconds) });
    },
  });
  readCaptureKeys(app, { capture, origins: captureOrigins });
  await app.register(async (guarded) => {
    guarded.addHook('onRequest', guarded.basicAuth);
    explainScanOperation(guarded, { scans });
  });
}
