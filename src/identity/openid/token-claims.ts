import { randomUUID } from 'node:crypto';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';

/** `acr` of a login with a password, and of one with the session of an earlier login: Keycloak's defaults. */
export const ACR = { password: '1', session: '0' } as const;

/** Values of the access tokens of this request, for `at_hash`. */
const values = new WeakMap<object, string>();

interface IssuedIdToken {
  readonly ctx: KoaContextWithOIDC;
  payload(): Promise<Record<string, unknown>>;
}

/** Gives the provider's ID tokens Keycloak's claims: adapters check `typ` and `azp`, and read `sid`. */
export function describeIdTokens(provider: Provider): void {
  const accessToken = provider.AccessToken.prototype;
  const { save } = accessToken;
  accessToken.save = async function () {
    const value = await save.call(this);
    values.set(this, value);
    return value;
  };
  const idToken = provider.IdToken.prototype as unknown as IssuedIdToken;
  const { payload } = idToken;
  idToken.payload = async function () {
    const { client, entities } = this.ctx.oidc;
    return {
      ...(await payload.call(this)),
      ...{ jti: randomUUID(), typ: 'ID', azp: client!.clientId, ...loginClaims(this.ctx) },
      // the library replaces the token by its hash
      ...(entities.AccessToken && { at_hash: values.get(entities.AccessToken) }),
    };
  };
  // The library's `acr` is the session's, which is kept from the login with the password.
  Object.defineProperty(provider.OIDCContext.prototype, 'acr', {
    get(this: { result?: { login?: object } }) {
      return this.result?.login ? ACR.password : ACR.session;
    },
  });
}

/** The claims of a user's login, which all its tokens have: `sid`, `session_state` and `acr`; `nonce` if the client sent one. */
export function loginClaims({ oidc: { entities } }: KoaContextWithOIDC) {
  const { Grant: grant, AuthorizationCode: code, RefreshToken: refreshToken } = entities;
  const { acr = ACR.password, nonce } = code ?? refreshToken ?? {};
  return { sid: grant?.jti, session_state: grant?.jti, acr, ...(nonce !== undefined && { nonce }) };
}
