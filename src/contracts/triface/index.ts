import basicAuth from '@fastify/basic-auth';
import type { FastifyError, FastifyInstance } from 'fastify';
import type { Authenticator } from '../../identity/authenticate.js';
import { throwAsFailure } from '../../platform/authentication-failure.js';
import type { ScanService } from '../../scans/scan-service.js';
import { ApiError } from './errors.js';
import { explainScanOperation } from './operations/explain-scan.js';

/** What our own contract stands on. */
export interface TrifaceOptions {
  readonly scans: ScanService;
  readonly authenticator: Authenticator;
}

/** Our own contract, below `/triface/v1`: what no vendor has an endpoint for. Basic auth; errors are `{error, message}`. */
export async function triface(app: FastifyInstance, { scans, authenticator }: TrifaceOptions): Promise<void> {
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
      const result = await authenticator.authenticate({ username, password, address: request.ip }).catch(throwAsFailure);
      if (result.ok) request.caller = result.caller;
      else if (result.reason === 'invalid') return new Error('invalid credentials');
      else throw new ApiError(429, 'too-many-requests', 'too many attempts', { 'retry-after': String(result.retryAfterSeconds) });
    },
  });
  app.addHook('onRequest', app.basicAuth);
  explainScanOperation(app, { scans });
}
