import { isUtf8 } from 'node:buffer';
import basicAuth from '@fastify/basic-auth';
import type { FastifyInstance } from 'fastify';
import { BusyError } from '../../base/busy-error.js';
import { UnavailableError } from '../../base/unavailable-error.js';
import type { Authenticator } from '../../identity/authenticate.js';
import { clientAddress } from './client-address.js';

/** What Basic authentication needs from a contract. */
export interface BasicAuthOptions {
  readonly authenticator: Authenticator;
  /** creates the contract's error for a client that has failed too often @param seconds until its next attempt is allowed */
  readonly throttled: (seconds: number) => Error;
}

/**
 * Registers Basic authentication: a scope that adds `app.basicAuth` as an `onRequest` hook has `request.caller` set. Missing or
 * wrong credentials become an error with status 401, which `classify` calls `unauthenticated`.
 */
export async function addBasicAuth(app: FastifyInstance, { authenticator, throttled }: BasicAuthOptions): Promise<void> {
  await app.register(basicAuth, {
    authenticate: { realm: 'Triface' },
    async validate(username, password, request) {
      const sent = readAsLatin1(request.headers.authorization) ?? { username, password };
      const result = await authenticator.authenticate({ ...sent, address: clientAddress(request) }).catch(throwAsFailure);
      if (result.ok) request.caller = result.caller;
      else if (result.reason === 'invalid') return new Error('invalid credentials');
      // Without a status, the plugin makes it a 401, and asks for credentials.
      else throw Object.assign(throttled(result.retryAfterSeconds), { statusCode: 429 });
    },
  });
}

/**
 * The credentials of a client that sent them in Latin-1, the default of requests, aiohttp, OkHttp and Spring; undefined if the bytes
 * are UTF-8, which the server asks for. The bytes decide which of the two is tried: a request is one attempt.
 */
function readAsLatin1(header = ''): { readonly username: string; readonly password: string } | undefined {
  const bytes = Buffer.from(header.replace(/^\s*\S+\s+/, ''), 'base64');
  const colon = bytes.indexOf(':');
  if (isUtf8(bytes) || colon < 0) return undefined;
  return { username: bytes.toString('latin1', 0, colon), password: bytes.toString('latin1', colon + 1) };
}

/**
 * Rethrows a failure of authentication itself (such as a bug) with status 500, and what the client may try again with 503. Without a status, @fastify/basic-auth
 * takes it for a wrong password and sets 401, also for concurrent requests with the same credentials, which share the error.
 */
function throwAsFailure(error: unknown): never {
  if (error instanceof UnavailableError || error instanceof BusyError) throw Object.assign(error, { statusCode: 503 });
  throw Object.assign(new Error('the credentials could not be checked', { cause: error }), { statusCode: 500 });
}
