import { randomUUID } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { Caller } from './caller.js';
import type { OpenIdKey } from './keys.js';

/** Seconds; the numbers that Keycloak's answer to the vendor's clients shows. */
const ACCESS_SECONDS = 900;
const REFRESH_SECONDS = 1800;
/** Seconds after the password was given until it has to be given again, however often the token was refreshed (Keycloak's default). */
const SESSION_SECONDS = 10 * 3600;
/** Who the access tokens are for. */
const AUDIENCE = 'triface';
/** What is granted, whatever was asked for (RFC 6749, 3.3); `roles` shows as the `realm_access` claim. No `openid`: no ID token is made. */
const SCOPE = 'profile email';

/** For whom tokens are. */
export interface TokenContext {
  /** URL of the realm, for example `https://host/realms/triface`: the `iss` that is written and demanded */
  readonly issuer: string;
  /** the OAuth client; a refresh token serves the client that got it */
  readonly clientId: string;
}

/** The token endpoint's answer, in Keycloak's fields. */
export interface TokenAnswer {
  readonly access_token: string;
  /** seconds */
  readonly expires_in: number;
  /** seconds */
  readonly refresh_expires_in: number;
  readonly refresh_token: string;
  readonly token_type: 'Bearer';
  readonly 'not-before-policy': 0;
  /** uuid, the same over refreshes */
  readonly session_state: string;
  readonly scope: string;
}

/** What an {@link OpenIdTokens} needs. */
export interface OpenIdTokensOptions {
  readonly key: OpenIdKey;
  /** the caller, if the account is enabled and of this credential version ({@link Accounts.loadCaller}) */
  readonly loadCaller: (accountId: string, credentialVersion: number) => Promise<Caller | undefined>;
  /** epoch milliseconds */
  readonly now?: () => number;
}

interface Session {
  readonly id: string;
  /** epoch seconds at which the password was given */
  readonly startedAt: number;
}

/**
 * Makes and verifies contract C's tokens: signed JWTs (RS256), nothing stored. A refresh token can be used more than once until it
 * expires; a password change or a disabled account voids all. A minimal issuer, not an OpenID provider.
 */
export class OpenIdTokens {
  readonly #key: OpenIdKey;
  readonly #loadCaller: OpenIdTokensOptions['loadCaller'];
  readonly #now: () => number;

  constructor({ key, loadCaller, now = Date.now }: OpenIdTokensOptions) {
    this.#key = key;
    this.#loadCaller = loadCaller;
    this.#now = now;
  }

  /** Tokens for a caller who has just given the password. */
  issueTokens(caller: Caller, context: TokenContext): Promise<TokenAnswer> {
    return this.#issue(caller, context, { id: randomUUID(), startedAt: this.#seconds() });
  }

  /** New tokens for a refresh token: `undefined` when it is not one of ours, of this issuer and client, expired or void. */
  async refresh(refreshToken: string, context: TokenContext): Promise<TokenAnswer | undefined> {
    const claims = await this.#verify(refreshToken, 'Refresh', context.issuer, context.issuer);
    if (!claims || claims.azp !== context.clientId || typeof claims.sid !== 'string' || typeof claims.auth_time !== 'number')
      return undefined;
    const caller = await this.#load(claims);
    return caller && this.#issue(caller, context, { id: claims.sid, startedAt: claims.auth_time });
  }

  /** The caller of an access token: `undefined` when it is not one of ours, of this issuer, expired or void. */
  async verifyAccessToken(token: string, { issuer }: Pick<TokenContext, 'issuer'>): Promise<Caller | undefined> {
    const claims = await this.#verify(token, 'Bearer', issuer, AUDIENCE);
    return claims && this.#load(claims);
  }

  async #issue(caller: Caller, { issuer, clientId }: TokenContext, session: Session): Promise<TokenAnswer> {
    const now = this.#seconds();
    const left = Math.max(0, session.startedAt + SESSION_SECONDS - now);
    const expiresIn = Math.min(ACCESS_SECONDS, left);
    const refreshExpiresIn = Math.min(REFRESH_SECONDS, left);
    const shared = {
      iss: issuer,
      sub: caller.accountId,
      azp: clientId,
      sid: session.id,
      session_state: session.id,
      auth_time: session.startedAt,
      scope: SCOPE,
      credential_version: caller.credentialVersion,
    };
    return {
      access_token: await this.#sign(now, expiresIn, {
        ...shared,
        typ: 'Bearer',
        aud: AUDIENCE,
        preferred_username: caller.username,
        realm_access: { roles: caller.rights },
      }),
      expires_in: expiresIn,
      refresh_expires_in: refreshExpiresIn,
      refresh_token: await this.#sign(now, refreshExpiresIn, { ...shared, typ: 'Refresh', aud: issuer }),
      token_type: 'Bearer',
      'not-before-policy': 0,
      session_state: session.id,
      scope: SCOPE,
    };
  }

  #sign(now: number, seconds: number, claims: JWTPayload): Promise<string> {
    return new SignJWT({ ...claims, jti: randomUUID(), iat: now, exp: now + seconds })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: this.#key.kid })
      .sign(this.#key.privateKey);
  }

  /** The claims of a token of ours. The key is ours whatever `kid`, `jku`, `x5u` or `jwk` the token names. */
  async #verify(token: string, typ: 'Bearer' | 'Refresh', issuer: string, audience: string): Promise<JWTPayload | undefined> {
    try {
      const { payload } = await jwtVerify(token, this.#key.publicKey, {
        algorithms: ['RS256'],
        issuer,
        audience,
        requiredClaims: ['exp', 'sub', 'typ'],
        currentDate: new Date(this.#now()),
      });
      return payload.typ === typ ? payload : undefined;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  async #load({ sub, credential_version: version }: JWTPayload): Promise<Caller | undefined> {
    return typeof sub === 'string' && typeof version === 'number' ? this.#loadCaller(sub, version) : undefined;
  }

  #seconds(): number {
    return Math.floor(this.#now() / 1000);
  }
}
