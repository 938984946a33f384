import { hkdfSync } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { AdapterPayload, Provider } from 'oidc-provider';
import { shownScope } from './scopes.js';
import { revealToken } from './structured-tokens.js';

/** As in Keycloak: only the server itself verifies its refresh tokens. */
const ALGORITHM = 'HS512';

/** What {@link issueRefreshJwts} needs. */
export interface RefreshTokensOptions {
  /** shared by all servers of an installation */
  readonly secret: string;
  /** whether `iss` is one of this server's issuers */
  readonly isIssuer: (issuer: string) => boolean;
  /** epoch milliseconds */
  readonly now: () => number;
}

/**
 * Makes the provider's refresh tokens signed JWTs with Keycloak's claims: adapters such as keycloak-js read `exp` and `typ` from them.
 * Their `jti` is the library's opaque token. The database has its hash and decides whether the login is still valid.
 */
export function issueRefreshJwts(provider: Provider, { secret, isIssuer, now }: RefreshTokensOptions): void {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'triface: signature of OpenID refresh tokens', 64));
  // The library has no setting for the form of refresh tokens. `save` and `find` are its only ways in and out.
  const { prototype } = provider.RefreshToken as unknown as { prototype: Storable };
  const { getValueAndPayload } = prototype;
  prototype.getValueAndPayload = async function () {
    const { value, payload } = await getValueAndPayload.call(this);
    const claims = describeRefreshToken(payload, provider.issuer, now());
    const token = new SignJWT({ jti: value, ...claims } as JWTPayload).setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' });
    return { value: await token.sign(key), payload };
  };
  const model = provider.RefreshToken as unknown as Findable;
  const find = model.find.bind(model);
  model.find = async (token, options) => {
    const handle = await open(revealToken(token));
    return handle === undefined ? undefined : find(handle, options);
  };

  /** @returns the opaque token; undefined if the JWT is forged, expired, another realm's or of another kind */
  async function open(token: string): Promise<string | undefined> {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [ALGORITHM],
        requiredClaims: ['exp', 'iss', 'jti', 'typ'],
        currentDate: new Date(now()),
      });
      return payload.typ === 'Refresh' && isIssuer(payload.iss!) ? payload.jti : undefined;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }
}

interface Findable {
  find(token: string, options?: object): Promise<unknown>;
}

interface Storable {
  getValueAndPayload(): Promise<{ value: string; payload: AdapterPayload }>;
}

function describeRefreshToken(
  { exp, accountId, clientId, grantId, scope, nonce, acr }: AdapterPayload,
  iss: string,
  now: number,
) {
  return {
    ...{ exp, iat: Math.floor(now / 1000), iss, aud: iss, sub: accountId, typ: 'Refresh', azp: clientId },
    ...{ sid: grantId, session_state: grantId, scope: shownScope(scope), acr },
    ...(nonce !== undefined && { nonce }),
  };
}
