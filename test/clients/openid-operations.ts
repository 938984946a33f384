/** What each OpenID library does, in this order; a library's test names those that it does not have. */
export const openIdOperations = [
  'OpenID discovery',
  'OpenID code with PKCE',
  'OpenID code without PKCE',
  'OpenID ID token, verified',
  'OpenID userinfo',
  'OpenID refresh',
  'OpenID refresh with the scope shown',
  'OpenID password',
  'OpenID client credentials',
  'OpenID introspection',
  'OpenID check_liveness',
  'OpenID revocation',
] as const;
export type OpenIdOperation = (typeof openIdOperations)[number];
