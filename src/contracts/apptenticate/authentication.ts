import jwt from '@fastify/jwt';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Right } from '../../base/settings/rights.js';
import type { Caller } from '../../identity/caller.js';
import { forbidden, invalidToken, notAuthenticated } from './errors.js';

/** Lifetimes in seconds: the vendor's five minutes, and SimpleJWT's default of one day. */
const lifetimes = { access: 300, refresh: 86_400 } as const;
/** Seconds by which the clocks of two servers may differ. */
const skewSeconds = 60;
const issuer = 'triface';
const audience = 'apptenticate';

type TokenType = 'access' | 'refresh';

interface Claims {
  readonly token_type: TokenType;
  readonly user_id: string;
  readonly credential_version: number;
  readonly exp: unknown;
}

/** Issues and verifies contract A's tokens (HS256; claims named as in Django's SimpleJWT). */
export interface ApiTokens {
  issue(type: TokenType, caller: Caller): string;
  /**
   * @returns the caller, or undefined for a token that is forged, expired, of the other type, or of a disabled or changed account
   */
  verify(type: TokenType, token: string): Promise<Caller | undefined>;
  /** Authenticates a request whose caller must have these rights. @throws ApiError 401, 403 */
  authenticate(request: FastifyRequest, ...rights: readonly Right[]): Promise<Caller>;
}

/** What issuing and verifying tokens needs. */
export interface ApiTokensOptions {
  /** at least 32 random bytes */
  readonly secret: Buffer;
  readonly loadCaller: (accountId: string, credentialVersion: number) => Promise<Caller | undefined>;
}

/** Registers @fastify/jwt in this contract's scope and wraps it. */
export async function openApiTokens(app: FastifyInstance, { secret, loadCaller }: ApiTokensOptions): Promise<ApiTokens> {
  await app.register(jwt, {
    secret,
    sign: { algorithm: 'HS256', iss: issuer, aud: audience },
    verify: { algorithms: ['HS256'], allowedIss: issuer, allowedAud: audience },
  });
  const tokens: ApiTokens = {
    issue(type, caller) {
      const claims: Omit<Claims, 'exp'> = {
        token_type: type,
        user_id: caller.accountId,
        credential_version: caller.credentialVersion,
      };
      return app.jwt.sign(claims, { expiresIn: lifetimes[type] });
    },
    async verify(type, token) {
      let claims: Partial<Claims>;
      try {
        claims = app.jwt.verify<Partial<Claims>>(token);
      } catch {
        return undefined;
      }
      const { token_type, user_id, credential_version, exp } = claims;
      if (!isDue(exp, lifetimes[type])) return undefined;
      if (token_type !== type || typeof user_id !== 'string' || typeof credential_version !== 'number') return undefined;
      return loadCaller(user_id, credential_version);
    },
    async authenticate(request, ...rights) {
      const header = request.headers.authorization;
      if (!header) throw notAuthenticated();
      const [scheme = '', token, ...rest] = header.trim().split(/\s+/);
      if (scheme.toLowerCase() !== 'bearer') throw notAuthenticated();
      const caller = token && rest.length === 0 ? await tokens.verify('access', token) : undefined;
      if (!caller) throw invalidToken();
      if (!rights.every((right) => caller.rights.includes(right))) throw forbidden();
      return caller;
    },
  };
  return tokens;
}

/** Whether a token that has not expired does so when one issued now would: a token without a time would be valid forever. */
const isDue = (exp: unknown, lifetime: number): boolean =>
  typeof exp === 'number' && exp <= Date.now() / 1000 + lifetime + skewSeconds;
