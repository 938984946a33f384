import type { Configuration } from 'oidc-provider';

/** Seconds; the values that the vendor's clients see in Keycloak's response. */
export const ACCESS_SECONDS = 900;
export const REFRESH_SECONDS = 1800;
/** Seconds until the password must be entered again, regardless of refreshes (Keycloak's default). */
export const SESSION_SECONDS = 10 * 3600;
/** Seconds that a login page, or the question whether to log out, can be answered. */
export const INTERACTION_SECONDS = 1800;
/** The only protected resource; tokens are for it whether or not a client names it. */
export const RESOURCE = 'urn:triface:api';
/**
 * The scopes a client may request. `roles` in Keycloak's words: "OpenID Connect scope for add user roles to the access token".
 */
export const SCOPES = 'openid profile email roles';
/** The provider's paths below `/realms/{realm}`, as in Keycloak. */
export const ROUTES = {
  authorization: '/protocol/openid-connect/auth',
  token: '/protocol/openid-connect/token',
  userinfo: '/protocol/openid-connect/userinfo',
  jwks: '/protocol/openid-connect/certs',
  end_session: '/protocol/openid-connect/logout',
  revocation: '/protocol/openid-connect/revoke',
  introspection: '/protocol/openid-connect/token/introspect',
} as const;
/** Our addition to a client's metadata: whether it must use PKCE. */
export const REQUIRES_PKCE = 'requires_pkce';
/** Path of the login page below `/realms/{realm}`. */
export const LOGIN_PATH = '/login-actions/authenticate';

/** Path of the page that applications ask, in a frame, whether a login still stands. */
export const STATUS_FRAME = '/protocol/openid-connect/login-status-iframe.html';

/** The constant part of oidc-provider's configuration. */
export const fixedSettings = {
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
  responseTypes: ['code'],
  acrValues: ['0', '1'],
  scopes: SCOPES.split(' '),
  claims: {
    // Keycloak grants `profile` whether or not it is requested.
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
  // A challenge that was sent is always verified; the library supports S256 only.
  pkce: { required: (_ctx, client) => (client as { [REQUIRES_PKCE]?: boolean })[REQUIRES_PKCE] !== false },
  extraClientMetadata: { properties: [REQUIRES_PKCE], validator: () => {} },
  routes: ROUTES,
  clockTolerance: 0,
  // As in Keycloak's default: a refresh token is valid until it expires or the login ends, and each use extends it.
  rotateRefreshToken: false,
  issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  expiresWithSession: async () => true,
  // Whichever of its tokens is revoked, the login ends.
  revokeGrantPolicy: () => true,
  allowOmittingSingleRegisteredRedirectUri: false,
  conformIdTokenClaims: false,
} as const satisfies Partial<Configuration> & Record<string, unknown>;
