import { isSecretOf } from './client-secrets.js';
import type { OpenIdClient } from './clients.js';
import { REQUIRES_PKCE } from './provider-settings.js';
import { isPrivateUse, isRegistered } from './redirect-uris.js';

/** Methods of the library's clients that are replaced. */
export const clientMethods = {
  // The store has only the hashes of the secrets.
  compareClientSecret(this: { clientSecret: string }, actual: string): boolean {
    return isSecretOf(this.clientSecret, actual);
  },
  redirectUriAllowed(this: { redirectUris: string[] }, uri: string): boolean {
    return isRegistered(this.redirectUris, uri);
  },
  postLogoutRedirectUriAllowed(this: { postLogoutRedirectUris: string[] }, uri: string): boolean {
    return isRegistered(this.postLogoutRedirectUris, uri);
  },
};

/** A client as the library takes it. @param passwordGrant whether `grant_type=password` is served */
export function describeClient({ id, secretHash, grants, redirectUris, requiresPkce }: OpenIdClient, passwordGrant: boolean) {
  const served = grants.filter((grant) => grant !== 'password' || passwordGrant);
  const isForUsers = served.some((grant) => grant !== 'client_credentials');
  return {
    client_id: id,
    ...(secretHash !== undefined && { client_secret: secretHash }),
    token_endpoint_auth_method: secretHash === undefined ? ('none' as const) : ('client_secret_basic' as const),
    grant_types: [...served, ...(isForUsers ? ['refresh_token'] : [])],
    response_types: served.includes('authorization_code') ? (['code'] as const) : [],
    redirect_uris: [...redirectUris],
    post_logout_redirect_uris: [...redirectUris],
    // The library restricts the addresses of `web` clients to http and https, and those of `native` ones less.
    application_type: redirectUris.some(isPrivateUse) ? ('native' as const) : ('web' as const),
    [REQUIRES_PKCE]: requiresPkce,
  } as never;
}
