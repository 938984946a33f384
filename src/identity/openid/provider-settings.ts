import type { Configuration } from 'oidc-provider';

/** Seconds; the numbers that Keycloak's answer to the vendor's clients shows. */
export const ACCESS_SECONDS = 900;
export const REFRESH_SECONDS = 1800;
/** Seconds after the password was given until it has to be given again, however often tokens were refreshed (Keycloak's default). */
export const SESSION_SECONDS = 10 * 3600;
/** The one protected resource; tokens are for it whether or not a client names it. */
export const RESOURCE = 'urn:triface:api';
/** What a client may ask for. `roles`, in Keycloak's words: "OpenID Connect scope for add user roles to the access token". */
export const SCOPES = 'openid profile email roles';
/** Where the provider answers, below `/realms/{realm}`: Keycloak's paths. */
export const ROUTES = {
  authorization: '/protocol/openid-connect/auth',
  token: '/protocol/openid-connect/token',
  userinfo: '/protocol/openid-connect/userinfo',
  jwks: '/protocol/openid-connect/certs',
  end_session: '/protocol/openid-connect/logout',
  revocation: '/protocol/openid-connect/revoke',
} as const;
/** Where the login page is, below `/realms/{realm}`. */
export const LOGIN_PATH = '/login-actions/authenticate';

/** What never changes of oidc-provider's configuration. */
export const fixedSettings = {
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
  responseTypes: ['code'],
  scopes: SCOPES.split(' '),
  claims: {
    // Keycloak grants `profile` whether or not it is asked for
    openid: ['sub', 'preferred_username', 'name'],
    profile: ['preferred_username', 'name'],
    email: [],
    roles: ['realm_access', 'company'],
    auth_time: null,
    iss: null,
    sid: null,
  },
  enabledJWA: {
    idTokenSigningAlgValues: ['RS256'],
    userinfoSigningAlgValues: ['RS256'],
    authorizationSigningAlgValues: ['RS256'],
    introspectionSigningAlgValues: ['RS256'],
  },
  // Both halves of PKCE for every client, confidential ones too; the library knows S256 only.
  pkce: { required: () => true },
  routes: ROUTES,
  clockTolerance: 0,
  // As Keycloak's default: a refresh token serves until it expires or the login ends; its time is renewed with every use.
  rotateRefreshToken: false,
  issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  expiresWithSession: async () => true,
  allowOmittingSingleRegisteredRedirectUri: false,
  conformIdTokenClaims: false,
} as const satisfies Partial<Configuration> & Record<string, unknown>;
