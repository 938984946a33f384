import type { FastifyInstance } from 'fastify';
import type { Authenticator } from '../../../identity/authenticate.js';
import { clientAddress } from '../../../platform/http/client-address.js';
import { readForm } from '../../../platform/read-form.js';
import type { ApiTokens } from '../authentication.js';
import { ApiError, throttled } from '../errors.js';
import { readText } from '../form-values.js';
import { DetailSchema, TokenFormSchema, TokenPairSchema } from '../wire.js';

const schema = {
  tags: ['A: Apptenticate'],
  summary: 'Exchange username and password for a pair of tokens',
  consumes: ['multipart/form-data', 'application/x-www-form-urlencoded', 'application/json'],
  response: { 200: TokenPairSchema, 401: DetailSchema, 429: DetailSchema },
};

/** `POST /api/token/` */
export function obtainToken(
  app: FastifyInstance,
  { tokens, authenticator }: { tokens: ApiTokens; authenticator: Authenticator },
): void {
  app.post('/token', { schema, config: { form: TokenFormSchema } }, async (request) => {
    const form = await readForm(request);
    const username = readText(form, 'username');
    const password = readText(form, 'password');
    const result = await authenticator.authenticate({ username, password, address: clientAddress(request) });
    if (result.ok) return { refresh: tokens.issue('refresh', result.caller), access: tokens.issue('access', result.caller) };
    if (result.reason === 'throttled') throw throttled(result.retryAfterSeconds);
    throw new ApiError(
      401,
      { detail: 'No active account found with the given credentials' },
      { 'www-authenticate': 'Bearer realm="api"' },
    );
  });
}
