import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import type { RightsMapping } from '../../base/settings/rights.js';
import type { Caller } from '../caller.js';
import type { TokenVerifier } from './access-tokens.js';
import { mapRights, readClaim } from './claims.js';
import type { OutsideAccounts } from './outside-accounts.js';

/** Allowed clock skew of the provider, in seconds. */
const CLOCK_SKEW_SECONDS = 30;
/** Asymmetric signatures only: with a symmetric algorithm, anybody could sign with the public key. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
const FETCH_MS = 5000;
/** Milliseconds: the age at which keys are fetched again, and the minimum interval between fetches for unknown keys. */
const KEYS_AGE_MS = 600_000;
const REFETCH_MS = 10_000;

/** The outside provider's discovery document or keys are unavailable. */
export class ProviderUnreachableError extends Error {
  override name = 'ProviderUnreachableError';
}

/** An outside OpenID provider whose access tokens are accepted. */
export interface OutsideProviderOptions {
  /** exactly as in the tokens' `iss` */
  readonly issuer: string;
  /** must be among the token's `aud` */
  readonly audience: string;
  /** URL of the keys; '': taken from the issuer's discovery document */
  readonly jwksUrl: string;
  /** path of the claim with the company name; '': the oldest company */
  readonly companyClaim: string;
  /** path of the claim with the roles, for example realm_access.roles */
  readonly rolesClaim: string;
  readonly rights: RightsMapping;
  readonly accounts: OutsideAccounts;
  /** minimum milliseconds between fetches for unknown keys (default 10,000) */
  readonly refetchMs?: number;
}

/** Verifies the access tokens of an outside provider. Keys are cached, and fetched again when the provider rotates them. */
export class OutsideProvider implements TokenVerifier {
  readonly #options: OutsideProviderOptions;
  #keys: Promise<JWTVerifyGetKey> | undefined;

  constructor(options: OutsideProviderOptions) {
    this.#options = options;
  }

  /** Whether the token names this provider as its issuer; nothing is verified. */
  claims(token: string): boolean {
    try {
      return decodeJwt(token).iss === this.#options.issuer;
    } catch {
      return false;
    }
  }

  /** @throws ProviderUnreachableError */
  async verifyAccessToken(token: string, route = ''): Promise<Caller | undefined> {
    const { issuer, companyClaim, rolesClaim, rights, accounts } = this.#options;
    const claims = await this.#verify(token);
    if (!claims || !isAccessToken(token, claims)) return undefined;
    const company = companyClaim === '' ? undefined : readClaim(claims, companyClaim);
    if (companyClaim !== '' && (typeof company !== 'string' || company === '')) return undefined;
    const account = await accounts.find({ issuer, subject: claims.sub!, company: company as string | undefined, route });
    return account && Object.freeze({ ...account, rights: mapRights(readClaim(claims, rolesClaim), rights) });
  }

  async #verify(token: string): Promise<JWTPayload | undefined> {
    const { issuer, audience } = this.#options;
    try {
      const { payload } = await jwtVerify(token, await this.#findKeys(), {
        algorithms: ALGORITHMS,
        issuer,
        audience,
        clockTolerance: CLOCK_SKEW_SECONDS,
        requiredClaims: ['exp', 'sub'],
      });
      return payload;
    } catch (error) {
      if (error instanceof ProviderUnreachableError) throw error;
      if (error instanceof errors.JWKSTimeout) throw new ProviderUnreachableError('fetching the keys timed out');
      // an invalid key set, or a status other than 200
      if (error instanceof errors.JWKSInvalid || (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC'))
        throw new ProviderUnreachableError(error.message);
      if (error instanceof errors.JOSEError) return undefined;
      throw new ProviderUnreachableError((error as Error).message);
    }
  }

  #findKeys(): Promise<JWTVerifyGetKey> {
    this.#keys ??= this.#discoverKeys().catch((error) => {
      this.#keys = undefined;
      throw error;
    });
    return this.#keys;
  }

  async #discoverKeys(): Promise<JWTVerifyGetKey> {
    const { jwksUrl, refetchMs = REFETCH_MS } = this.#options;
    const url = new URL(jwksUrl === '' ? await this.#discover() : jwksUrl);
    return createRemoteJWKSet(url, { cacheMaxAge: KEYS_AGE_MS, cooldownDuration: refetchMs, timeoutDuration: FETCH_MS });
  }

  async #discover(): Promise<string> {
    const { issuer } = this.#options;
    try {
      const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
        signal: AbortSignal.timeout(FETCH_MS),
      });
      const document = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
      if (!response.ok || document.issuer !== issuer || typeof document.jwks_uri !== 'string' || !URL.canParse(document.jwks_uri))
        throw new Error('its discovery document is for another issuer or has no valid jwks_uri');
      return document.jwks_uri;
    } catch (error) {
      throw new ProviderUnreachableError(`discovery at ${issuer} failed: ${(error as Error).message}`);
    }
  }
}

/** Even a token from the right provider for the right audience may be an ID, refresh or logout token. */
function isAccessToken(token: string, claims: JWTPayload): boolean {
  const { typ } = decodeProtectedHeader(token);
  const isKind = typ === undefined || /^(application\/)?(at\+jwt|jwt)$/i.test(typ);
  const isBearer = claims.typ === undefined || claims.typ === 'Bearer';
  return isKind && isBearer && !('nonce' in claims && !('scope' in claims)) && !('at_hash' in claims) && !('events' in claims);
}
