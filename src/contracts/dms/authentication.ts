import type { FastifyRequest } from 'fastify';
import type { Right } from '../../base/settings/rights.js';
import type { Caller } from '../../identity/caller.js';
import type { TokenVerifier } from '../../identity/openid/access-tokens.js';
import { ProviderUnreachableError } from '../../identity/openid/outside-provider.js';
import { forbidden, SpringError, unauthorized } from './errors.js';

/**
 * Seconds for `Retry-After` while the outside provider is unreachable. Not an estimate: nothing shows how long an outage of
 * another server lasts. Each request tries to fetch the keys again.
 */
const providerRetrySeconds = 10;

/**
 * A hook that requires a bearer token with a right.
 * @throws SpringError 401, 403; 503 if the outside provider's keys are unavailable
 */
export function requireBearer(tokens: TokenVerifier, right: Right) {
  return async (request: FastifyRequest): Promise<void> => {
    const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(request.headers.authorization ?? '')?.[1];
    const caller = token ? await verify(tokens, token, request) : undefined;
    if (!caller) throw unauthorized();
    if (!caller.rights.includes(right)) throw forbidden();
    request.caller = caller;
  };
}

/** Method and path with names of parameters. */
export const routeOf = ({ method, routeOptions }: FastifyRequest): string => `${method} ${routeOptions.url}`;

async function verify(tokens: TokenVerifier, token: string, request: FastifyRequest): Promise<Caller | undefined> {
  try {
    return await tokens.verifyAccessToken(token, routeOf(request));
  } catch (error) {
    if (!(error instanceof ProviderUnreachableError)) throw error;
    request.log.error({ err: error }, 'the keys that verify tokens are unavailable');
    throw new SpringError(503, 'The server is busy, try again later', {
      'retry-after': String(providerRetrySeconds),
    });
  }
}
