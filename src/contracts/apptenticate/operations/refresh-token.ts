import type { FastifyInstance } from 'fastify';
import { readForm } from '../../../platform/read-form.js';
import type { ApiTokens } from '../authentication.js';
import { ApiError } from '../errors.js';
import { readText } from '../form-values.js';
import { AccessTokenSchema, CredentialsErrorSchema, RefreshFormSchema } from '../wire.js';

const schema = {
  tags: ['A: Apptenticate'],
  summary: 'Exchange a refresh token for a new access token',
  consumes: ['multipart/form-data', 'application/x-www-form-urlencoded', 'application/json'],
  response: { 200: AccessTokenSchema, 401: CredentialsErrorSchema },
};

/** `POST /api/token/refresh/` */
export function refreshToken(app: FastifyInstance, { tokens }: { tokens: ApiTokens }): void {
  app.post('/token/refresh', { schema, config: { form: RefreshFormSchema } }, async (request) => {
    const caller = await tokens.verify('refresh', readText(await readForm(request), 'refresh'));
    if (!caller)
      throw new ApiError(
        401,
        { detail: 'Token is invalid or expired', code: 'token_not_valid' },
        { 'www-authenticate': 'Bearer realm="api"' },
      );
    return { access: tokens.issue('access', caller) };
  });
}
