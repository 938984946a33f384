import type { FastifyRequest } from 'fastify';
import { isSecretOf } from '../../../identity/openid/client-secrets.js';
import type { OpenIdClient } from '../../../identity/openid/clients.js';
import { OAuthError } from '../errors.js';
import { type RealmRequest, replaceForm } from './public-address.js';

/** An id and a secret in the `Authorization` header, each as it was sent and, if it differs, as RFC 6749 (2.3.1) decodes it. */
interface Sent {
  readonly ids: readonly string[];
  readonly secrets: readonly string[];
}

/**
 * Brings the credentials of a client into the form that oidc-provider takes, as tolerantly as Keycloak: a public client's secret is
 * ignored, Basic is read with and without URL encoding (RFC 6749, 2.3.1; curl, Postman and others do not encode), the same
 * credentials may be sent twice, and another `Authorization` header is ignored.
 * @throws OAuthError if header and form contradict each other, UnavailableError
 */
export async function settleCredentials(
  on: RealmRequest,
  find: (id: string) => Promise<OpenIdClient | undefined>,
): Promise<void> {
  const { request, form } = on;
  const { headers } = request.raw;
  const sent = readBasic(headers.authorization);
  // A header that is set for every request, such as the token of another API.
  if (!sent) delete headers.authorization;
  // The library refuses fields that are sent twice.
  if (form.getAll('client_id').length > 1 || form.getAll('client_secret').length > 1) return;
  const named = form.get('client_id') ?? undefined;
  const secretInForm = form.get('client_secret') || undefined;
  if (!sent && !form.has('client_secret')) return;
  if (sent && named !== undefined && named !== '' && !sent.ids.includes(named))
    throw new OAuthError(400, 'invalid_request', 'The client ids of the Authorization header and the form differ');
  const candidates = named ? [named] : (sent?.ids ?? []);
  const client = await findFirst(candidates, find);
  if (client && client.secretHash === undefined) {
    delete headers.authorization;
    form.set('client_id', client.id);
    form.delete('client_secret');
  } else if (sent) {
    const id = client?.id ?? candidates[0]!;
    const secrets = sent.secrets.filter((secret) => secret !== '');
    // Which of the two spellings was meant: only the right one has the hash.
    const secret = secrets.find((each) => client?.secretHash !== undefined && isSecretOf(client.secretHash, each)) ?? secrets[0];
    if (secret !== undefined && secretInForm !== undefined && !sent.secrets.includes(secretInForm))
      throw new OAuthError(401, 'invalid_client', 'Invalid client or Invalid client credentials');
    form.set('client_id', id);
    if (secret === undefined) delete headers.authorization;
    else {
      headers.authorization = `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;
      form.delete('client_secret');
    }
  }
  replaceForm(on);
}

/** The client that a request names, by Basic authentication or in its form; undefined if it names none. */
export const readClientId = ({ headers }: FastifyRequest, form: URLSearchParams): string | undefined =>
  readBasic(headers.authorization)?.ids[0] ?? form.get('client_id') ?? undefined;

/** @returns `undefined` if the header is absent or not Basic */
function readBasic(header: string | undefined): Sent | undefined {
  const encoded = /^basic +([\w+/=-]+)$/i.exec(header ?? '')?.[1];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const end = text.indexOf(':');
  if (end < 0) return undefined;
  return { ids: spellingsOf(text.slice(0, end)), secrets: spellingsOf(text.slice(end + 1)) };
}

/** A text as it was sent and decoded; the decoded one, which the standard means, first. */
function spellingsOf(text: string): string[] {
  try {
    return [...new Set([decodeURIComponent(text.replaceAll('+', ' ')), text])];
  } catch {
    return [text];
  }
}

async function findFirst(
  ids: readonly string[],
  find: (id: string) => Promise<OpenIdClient | undefined>,
): Promise<OpenIdClient | undefined> {
  for (const id of ids) {
    const client = await find(id);
    if (client) return client;
  }
  return undefined;
}
