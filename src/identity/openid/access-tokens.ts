import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { KeyRing } from '../../keys/key-ring.js';
import type { OpenIdKey } from '../../keys/rsa-key.js';
import type { Caller } from '../caller.js';

/** The audience of access tokens. */
export const AUDIENCE = 'triface';

/** Verifies access tokens. */
export interface TokenVerifier {
  /**
   * @returns the caller, or `undefined` if the token is forged, expired, revoked, of another kind or for another audience; the
   *   caller does not learn which
   * @param route of the request, for the audit log: the first token of an outside provider's user creates an account
   */
  verifyAccessToken(token: string, route?: string): Promise<Caller | undefined>;
}

/** The claims of one of this server's access tokens, and its caller. */
export interface VerifiedAccessToken {
  readonly caller: Caller;
  /** the claims that every access token has are checked */
  readonly claims: JWTPayload & { sub: string; exp: number; azp: string; credential_version: number };
}

/** What decides whether a token was revoked. */
export interface IssuedToken {
  /** `jti` */
  readonly id: string;
  readonly clientId: string;
  /** of the login; undefined for a client acting for itself */
  readonly grantId: string | undefined;
}

/** What {@link AccessTokens} need. */
export interface AccessTokensOptions {
  readonly keys: KeyRing<OpenIdKey>;
  /** whether `iss` is one of this server's issuers */
  readonly isIssuer: (issuer: string) => boolean;
  /** the caller, if the account is enabled and has this credential version */
  readonly loadCaller: (accountId: string, credentialVersion: number) => Promise<Caller | undefined>;
  /** whether the login that issued the token is still valid; for a client acting for itself, whether the token is */
  readonly isStanding: (token: IssuedToken) => Promise<boolean>;
  /** epoch milliseconds */
  readonly now?: () => number;
}

/** Verifies the access tokens that the embedded provider signs (RS256). */
export class AccessTokens implements TokenVerifier {
  readonly #options: AccessTokensOptions;

  constructor(options: AccessTokensOptions) {
    this.#options = options;
  }

  async verifyAccessToken(token: string): Promise<Caller | undefined> {
    return (await this.verify(token))?.caller;
  }

  /** As {@link TokenVerifier.verifyAccessToken}, with the claims. */
  async verify(token: string): Promise<VerifiedAccessToken | undefined> {
    const claims = await this.#readClaims(token);
    const { sub, azp, sid, jti, credential_version: version } = claims ?? {};
    if (!claims || typeof sub !== 'string' || typeof azp !== 'string' || typeof version !== 'number') return undefined;
    if ((sid !== undefined && typeof sid !== 'string') || jti === undefined) return undefined;
    const caller = await this.#options.loadCaller(sub, version);
    if (!caller || !(await this.#options.isStanding({ id: jti, clientId: azp, grantId: sid }))) return undefined;
    return { caller, claims: { ...claims, sub, exp: claims.exp!, azp, credential_version: version } };
  }

  /** Finds the key among our own by its id; `jku`, `x5u` and `jwk` in the token are ignored. */
  async #readClaims(token: string): Promise<JWTPayload | undefined> {
    const { keys, isIssuer, now = Date.now } = this.#options;
    try {
      const { kid } = decodeProtectedHeader(token);
      const key = kid === undefined ? undefined : await keys.find(kid);
      if (!key) return undefined;
      const { payload } = await jwtVerify(token, key.publicKey, {
        algorithms: ['RS256'],
        audience: AUDIENCE,
        requiredClaims: ['exp', 'iss', 'sub', 'typ'],
        currentDate: new Date(now()),
      });
      return payload.typ === 'Bearer' && isIssuer(payload.iss!) ? payload : undefined;
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
      throw error;
    }
  }
}
