import type { FastifySchema } from 'fastify';
import Type, { type TSchema } from 'typebox';
import { ROUTES } from '../../../identity/openid/provider-settings.js';
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

const form = 'application/x-www-form-urlencoded';
const errors = { 400: OAuthErrorSchema, 401: OAuthErrorSchema, 404: OAuthErrorSchema };
const answers = (status: number, description: string) => ({ [status]: { description, type: 'null' }, ...errors });

/** Documentation of each route below `/realms/{realm}`, by method and path. */
const routes: Readonly<Record<string, { summary: string; form?: TSchema; response?: object }>> = {
  'GET /.well-known/openid-configuration': { summary: 'Discovery document (OpenID Connect Discovery)' },
  [`GET ${ROUTES.authorization}`]: {
    summary: 'Login in the browser: authorization code with PKCE (S256)',
    response: answers(303, 'to the login page, or back to the application'),
  },
  [`POST ${ROUTES.token}`]: {
    summary: 'Issue tokens for a password, a code, a refresh token, or the client itself',
    form: GrantFormSchema,
    response: { 200: GrantAnswerSchema, ...errors, 429: OAuthErrorSchema },
  },
  [`GET ${ROUTES.userinfo}`]: { summary: 'The user of an access token (scope openid required)' },
  [`POST ${ROUTES.userinfo}`]: { summary: 'The user of an access token (scope openid required)' },
  [`GET ${ROUTES.jwks}`]: { summary: 'Public keys, including retired ones' },
  [`POST ${ROUTES.revocation}`]: {
    summary: 'End the login of a refresh token (RFC 7009)',
    form: RevocationFormSchema,
    response: answers(200, 'ended, or there was no such login'),
  },
  [`GET ${ROUTES.end_session}`]: { summary: 'Logout in the browser' },
  [`POST ${ROUTES.end_session}`]: {
    summary: 'End the login of a refresh token, as in Keycloak',
    form: LogoutFormSchema,
    response: answers(204, 'ended, or there was no such login'),
  },
};

/** A route's schema and form fields. Routes that only browsers and our own pages use are not documented. */
export function describeRoute(method: string, path: string, isDocumented: boolean): { schema: FastifySchema; form?: TSchema } {
  const route = isDocumented ? routes[`${method} ${path}`] : undefined;
  if (!route) return { schema: { hide: true } };
  const { summary, form: fields, response } = route;
  return {
    schema: { tags: ['C: DMS Workspace'], summary, ...(fields ? { consumes: [form] } : {}), ...(response && { response }) },
    ...(fields ? { form: fields } : {}),
  };
}
