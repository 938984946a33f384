import type { FastifyInstance } from 'fastify';
import type { Authenticator } from '../../../identity/authenticate.js';
import type { OpenIdTokens, TokenAnswer } from '../../../identity/openid-tokens.js';
import { type Form, readForm } from '../../../platform/read-form.js';
import { issuerOf } from '../authentication.js';
import { OAuthError } from '../errors.js';
import { OAuthErrorSchema, TokenAnswerSchema, TokenFormSchema } from '../wire.js';

const schema = {
  tags: ['C: DMS Workspace'],
  summary: 'A bearer token for username and password, or for a refresh token',
  consumes: ['application/x-www-form-urlencoded'],
  response: {
    200: TokenAnswerSchema,
    400: OAuthErrorSchema,
    401: OAuthErrorSchema,
    404: OAuthErrorSchema,
    429: OAuthErrorSchema,
  },
};

/** The built-in public first-party client: the account's password is the credential. */
const builtInClient = 'triface';

/** What the operation needs. */
export interface ObtainTokenOptions {
  readonly tokens: OpenIdTokens;
  readonly authenticator: Authenticator;
  readonly realm: string;
}

/** `POST /realms/{realm}/protocol/openid-connect/token`, answers and errors as Keycloak's. */
export function obtainToken(app: FastifyInstance, { tokens, authenticator, realm }: ObtainTokenOptions): void {
  app.post<{ Params: { realm: string } }>(
    '/realms/:realm/protocol/openid-connect/token',
    { schema, config: { form: TokenFormSchema, oauth: true } },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      if (request.params.realm !== realm) throw new OAuthError(404, 'Realm does not exist');
      const form = await readForm(request);
      const grant = demand(form, 'grant_type');
      if (form.fields.get('client_id') !== builtInClient)
        throw new OAuthError(401, 'invalid_client', 'Invalid client or Invalid client credentials');
      const context = { issuer: issuerOf(realm), clientId: builtInClient };
      if (grant === 'password') return grantPassword(form, request.ip);
      if (grant !== 'refresh_token') throw new OAuthError(400, 'unsupported_grant_type', 'Unsupported grant_type');
      const answer = await tokens.refresh(demand(form, 'refresh_token'), context);
      if (!answer) throw new OAuthError(400, 'invalid_grant', 'Invalid refresh token');
      return answer;

      async function grantPassword({ fields }: Form, address: string): Promise<TokenAnswer> {
        const result = await authenticator.authenticate({
          username: fields.get('username') ?? '',
          password: fields.get('password') ?? '',
          address,
        });
        if (result.ok) return tokens.issueTokens(result.caller, context);
        if (result.reason === 'invalid') throw new OAuthError(401, 'invalid_grant', 'Invalid user credentials');
        const wait = { 'retry-after': String(result.retryAfterSeconds) };
        throw new OAuthError(429, 'temporarily_unavailable', 'Too many attempts', wait);
      }
    },
  );
}

function demand({ fields }: Form, name: string): string {
  const value = fields.get(name);
  if (!value) throw new OAuthError(400, 'invalid_request', `Missing form parameter: ${name}`);
  return value;
}
