import type { FastifyRequest } from 'fastify';
import type { Caller, Right } from '../../identity/caller.js';
import type { OpenIdTokens } from '../../identity/openid-tokens.js';
import { forbidden, unauthorized } from './errors.js';

/** The `iss` of this server's tokens. Not an address: the server is reached under many names. */
export const issuerOf = (realm: string): string => `urn:triface:realms:${realm}`;

/** A hook that demands a bearer token with a right. @throws SpringError 401, 403 */
export function requireBearer(tokens: OpenIdTokens, realm: string, right: Right) {
  return async (request: FastifyRequest): Promise<void> => {
    const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(request.headers.authorization ?? '')?.[1];
    const caller: Caller | undefined = token ? await tokens.verifyAccessToken(token, { issuer: issuerOf(realm) }) : undefined;
    if (!caller) throw unauthorized();
    if (!caller.rights.includes(right)) throw forbidden();
    request.caller = caller;
  };
}
