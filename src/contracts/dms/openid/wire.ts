import type { FastifySchema } from 'fastify';
import Type, { type TSchema } from 'typebox';
import { ROUTES } from '../../../identity/openid/provider-settings.js';
import { documentError } from '../../../platform/http/document-errors.js';
import { OAuthErrorSchema } from '../wire.js';

const Optional = (description?: string) => Type.Optional(Type.String(description === undefined ? {} : { description }));

/** The form of the token endpoint. */
const GrantFormSchema = Type.Object({
  grant_type: Type.Enum(['password', 'authorization_code', 'refresh_token', 'client_credentials']),
  client_id: Optional('`triface` is the built-in public client; a confidential client may use Basic authentication instead'),
  client_secret: Optional(),
  username: Optional(),
  password: Optional(),
  code: Optional(),
  code_verifier: Optional(),
  redirect_uri: Optional(),
  refresh_token: Optional(),
  scope: Optional('one or more of openid, profile, email, roles'),
});

/** The token endpoint's response, with Keycloak's fields. */
const GrantAnswerSchema = Type.Object(
  {
    access_token: Type.String(),
    expires_in: Type.Integer({ description: 'seconds' }),
    refresh_expires_in: Type.Integer({ description: 'seconds; 0 without a refresh token' }),
    refresh_token: Optional(),
    token_type: Type.Literal('Bearer'),
    id_token: Optional('only with the scope openid'),
    'not-before-policy': Type.Integer(),
    session_state: Type.Optional(Type.String({ format: 'uuid' })),
    scope: Type.String(),
  },
  { title: 'GrantAnswer' },
);

const LogoutQuerySchema = Type.Object({
  client_id: Optional(),
  id_token_hint: Optional(),
  post_logout_redirect_uri: Optional(),
  state: Optional(),
});
const LogoutFormSchema = Type.Object({
  client_id: Optional(),
  client_secret: Optional(),
  refresh_token: Optional('the refresh token whose login ends'),
  id_token_hint: Optional(),
  post_logout_redirect_uri: Optional(),
  state: Optional(),
});
const RevocationFormSchema = Type.Object({
  token: Type.String(),
  token_type_hint: Optional(),
  client_id: Optional(),
  client_secret: Optional(),
});

/** The query of the login in the browser. */
const AuthorizationQuerySchema = Type.Object({
  client_id: Type.String(),
  response_type: Type.Enum(['code']),
  response_mode: Type.Optional(Type.Enum(['query', 'fragment', 'form_post'])),
  redirect_uri: Type.String(),
  scope: Optional('one or more of openid, profile, email, roles'),
  state: Optional(),
  nonce: Optional(),
  code_challenge: Optional('required for public clients'),
  code_challenge_method: Type.Optional(Type.Enum(['S256'])),
  prompt: Optional(),
  login_hint: Optional('username to suggest'),
  ui_locales: Optional('en or es'),
});
const DiscoverySchema = Type.Object(
  {
    issuer: Type.String(),
    authorization_endpoint: Type.String(),
    token_endpoint: Type.String(),
    userinfo_endpoint: Type.String(),
    end_session_endpoint: Type.String(),
    revocation_endpoint: Type.String(),
    introspection_endpoint: Type.String(),
    jwks_uri: Type.String(),
  },
  { title: 'Discovery', additionalProperties: true },
);
const RealmSchema = Type.Object(
  {
    realm: Type.String(),
    public_key: Type.String({ description: 'the key that signs tokens now: SubjectPublicKeyInfo in base64' }),
    'token-service': Type.String(),
    'tokens-not-before': Type.Literal(0),
  },
  { title: 'Realm' },
);
const KeySetSchema = Type.Object(
  { keys: Type.Array(Type.Object({ kty: Type.String(), kid: Type.String() }, { additionalProperties: true })) },
  { title: 'KeySet' },
);
const IntrospectionSchema = Type.Object(
  { active: Type.Boolean() },
  { title: 'Introspection', additionalProperties: true, description: 'with the claims of the token if it is active' },
);
const UserSchema = Type.Object({ sub: Type.String() }, { title: 'User', additionalProperties: true });

const form = 'application/x-www-form-urlencoded';
const page = { 'text/html': { schema: Type.String() } };
const empty = (description: string) => ({ description, type: 'null' });
/** Errors of routes for browsers: a page where the OpenID provider answers, JSON before that. */
const pageErrors = Object.fromEntries(
  [400, 404, 408, 413, 415, 500, 503].map((status) => {
    const error = documentError(status, OAuthErrorSchema);
    return [status, { ...error, content: { ...error.content, ...page } }];
  }),
);
/** Without WWW-Authenticate, as in Keycloak: browsers would ask their users for a password. */
const { headers: _, ...unauthorized } = documentError(401, OAuthErrorSchema);
/** The body is a text for clients that do not follow redirections. */
const redirect = (description: string) => ({ description, content: { ...page, 'text/plain': page['text/html'] } });

interface DocumentedRoute {
  readonly summary: string;
  readonly form?: TSchema;
  readonly query?: TSchema;
  readonly response: object;
}

/** Documentation of each route below `/realms/{realm}`, by method and path. */
const routes: Readonly<Record<string, DocumentedRoute>> = {
  'GET ': { summary: 'Realm information, as in Keycloak', response: { 200: RealmSchema } },
  'GET /.well-known/openid-configuration': {
    summary: 'Discovery document (OpenID Connect Discovery)',
    response: { 200: DiscoverySchema },
  },
  [`GET ${ROUTES.authorization}`]: {
    summary: 'Login in the browser: authorization code with PKCE (S256)',
    query: AuthorizationQuerySchema,
    response: { 303: redirect('to the login page, or back to the application'), ...pageErrors },
  },
  [`POST ${ROUTES.authorization}`]: {
    summary: 'Login in the browser, by a form',
    form: AuthorizationQuerySchema,
    response: { 200: { description: 'a page that goes on to the login by itself', content: page }, ...pageErrors },
  },
  [`POST ${ROUTES.token}`]: {
    summary: 'Issue tokens for a password, a code, a refresh token, or the client itself',
    form: GrantFormSchema,
    response: { 200: GrantAnswerSchema, 401: unauthorized, 429: OAuthErrorSchema },
  },
  [`GET ${ROUTES.userinfo}`]: {
    summary: 'The user of an access token (scope openid required)',
    response: { 200: UserSchema, 401: OAuthErrorSchema, 403: OAuthErrorSchema },
  },
  [`POST ${ROUTES.userinfo}`]: {
    summary: 'The user of an access token (scope openid required)',
    response: { 200: UserSchema, 401: OAuthErrorSchema, 403: OAuthErrorSchema },
  },
  [`GET ${ROUTES.jwks}`]: {
    summary: 'Public keys, including retired ones',
    response: { 200: { description: 'JWK set (RFC 7517)', content: { 'application/jwk-set+json': { schema: KeySetSchema } } } },
  },
  [`POST ${ROUTES.revocation}`]: {
    summary: 'End the login of a token (RFC 7009)',
    form: RevocationFormSchema,
    response: { 200: Type.Object({}, { title: 'Revoked', description: 'ended, or there was no such login' }), 401: unauthorized },
  },
  [`POST ${ROUTES.introspection}`]: {
    summary: 'Whether a token is valid, and its claims (RFC 7662); for confidential clients',
    form: RevocationFormSchema,
    response: { 200: IntrospectionSchema, 401: unauthorized, 403: OAuthErrorSchema },
  },
  [`GET ${ROUTES.end_session}`]: {
    summary: 'Logout in the browser',
    query: LogoutQuerySchema,
    response: {
      200: { description: 'a page that asks whether to sign out, or says that the user is signed out', content: page },
      303: redirect('back to the application'),
      ...pageErrors,
    },
  },
  [`POST ${ROUTES.end_session}`]: {
    summary: 'End the login of a refresh token, as in Keycloak',
    form: LogoutFormSchema,
    response: {
      204: empty('ended, or there was no such login'),
      303: empty('without a refresh token: to the logout in the browser'),
      ...pageErrors,
      401: unauthorized,
    },
  },
};

/** A route's schema, and the fields that the provider reads itself. */
export interface RouteDescription {
  readonly schema: FastifySchema;
  readonly read: Pick<DocumentedRoute, 'form' | 'query'>;
}

/** A route's schema and fields. Routes that only browsers and our own pages use are not documented. */
export function describeRoute(method: string, path: string, isDocumented: boolean): RouteDescription {
  const route = isDocumented ? routes[`${method} ${path}`] : undefined;
  if (!route) return { schema: { hide: true }, read: {} };
  const { summary, response, ...read } = route;
  return {
    schema: { tags: ['C: DMS Workspace'], summary, response, ...(read.form && { consumes: [form] }) },
    read,
  };
}
