import type { FastifySchema } from 'fastify';
import Type, { type TSchema } from 'typebox';
import { ROUTES } from '../../../identity/openid/provider-settings.js';
import { OAuthErrorSchema } from '../wire.js';

const Optional = (description?: string) => Type.Optional(Type.String(description === undefined ? {} : { description }));

/** The form of the token endpoint. */
export const GrantFormSchema = Type.Object({
  grant_type: Type.Enum(['password', 'authorization_code', 'refresh_token', 'client_credentials']),
  client_id: Optional('`triface` is the built-in public client; a confidential client may use Basic authentication instead'),
  client_secret: Optional(),
  username: Optional(),
  password: Optional(),
  code: Optional(),
  code_verifier: Optional(),
  redirect_uri: Optional(),
  refresh_token: Optional(),
  scope: Optional('of openid, profile, email, roles'),
});

/** What the token endpoint answers, in Keycloak's fields. */
export const GrantAnswerSchema = Type.Object(
  {
    access_token: Type.String(),
    expires_in: Type.Integer({ description: 'seconds' }),
    refresh_expires_in: Type.Integer({ description: 'seconds; 0 without a refresh token' }),
    refresh_token: Optional(),
    token_type: Type.Literal('Bearer'),
    id_token: Optional('with the scope openid'),
    'not-before-policy': Type.Integer(),
    session_state: Type.Optional(Type.String({ format: 'uuid' })),
    scope: Type.String(),
  },
  { title: 'GrantAnswer' },
);

const LogoutFormSchema = Type.Object({
  client_id: Optional(),
  client_secret: Optional(),
  refresh_token: Optional('ends the login it belongs to'),
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
  'GET /.well-known/openid-configuration': { summary: 'Where everything is (OpenID Connect Discovery)' },
  [`GET ${ROUTES.authorization}`]: {
    summary: 'A user’s browser comes here to log in: authorization code with PKCE (S256)',
    response: answers(303, 'to the login page, or back to the application'),
  },
  [`POST ${ROUTES.token}`]: {
    summary: 'Tokens for a password, a code, a refresh token, or a client itself',
    form: GrantFormSchema,
    response: { 200: GrantAnswerSchema, ...errors, 429: OAuthErrorSchema },
  },
  [`GET ${ROUTES.userinfo}`]: { summary: 'Who the access token (with the scope openid) is for' },
  [`POST ${ROUTES.userinfo}`]: { summary: 'Who the access token (with the scope openid) is for' },
  [`GET ${ROUTES.jwks}`]: { summary: 'The public keys, retired ones as well' },
  [`POST ${ROUTES.revocation}`]: {
    summary: 'Ends the login that a refresh token belongs to (RFC 7009)',
    form: RevocationFormSchema,
    response: answers(200, 'done, or there was nothing to do'),
  },
  [`GET ${ROUTES.end_session}`]: { summary: 'A user’s browser comes here to log out' },
  [`POST ${ROUTES.end_session}`]: {
    summary: 'Ends the login that a refresh token belongs to, as Keycloak does',
    form: LogoutFormSchema,
    response: answers(204, 'done, or there was nothing to do'),
  },
};

/** A route's schema and the fields of its form; those that only browsers and the pages use among themselves are not documented. */
export function describeRoute(method: string, path: string, isDocumented: boolean): { schema: FastifySchema; form?: TSchema } {
  const route = isDocumented ? routes[`${method} ${path}`] : undefined;
  if (!route) return { schema: { hide: true } };
  const { summary, form: fields, response } = route;
  return {
    schema: { tags: ['C: DMS Workspace'], summary, ...(fields ? { consumes: [form] } : {}), ...(response && { response }) },
    ...(fields ? { form: fields } : {}),
  };
}
