import { randomUUID } from 'node:crypto';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Base64Member, takeBase64Member } from './base64-member.js';
import { limitJsonValues, limitPairs } from './count-values.js';
import { charsetOf, decodeText } from './decode-text.js';
import { checkTexts, findNumbers, type JsonTexts } from './json-text.js';
import { checkQuery, parseUrlencoded } from './urlencoded.js';

const numbersOf = new WeakMap<FastifyRequest, JsonTexts>();

/** The members of a request's JSON object that are numbers, as written. */
export const findWrittenNumbers = (request: FastifyRequest): JsonTexts | undefined => numbersOf.get(request);

const membersOf = new WeakMap<FastifyRequest, Base64Member>();

/** The bytes of a text of the request's JSON that was decoded already (`config.base64Member`); undefined: it is the text itself. */
export function findDecoded(request: FastifyRequest, text: string): Buffer | undefined {
  const member = membersOf.get(request);
  return member?.placeholder === text ? member.bytes : undefined;
}

/** Decodes the large member that the route expects. @returns the JSON that remains */
async function takeMember(request: FastifyRequest, bytes: Buffer, charset = 'utf-8'): Promise<Buffer> {
  const name = request.routeOptions.config.base64Member;
  if (name === undefined || charset.trim().toLowerCase() !== 'utf-8') return bytes;
  const taken = await takeBase64Member(bytes, name, randomUUID());
  if (!taken) return bytes;
  membersOf.set(request, taken.member);
  return taken.json;
}

/**
 * Registers the parsers of JSON, urlencoded and multipart bodies. Those of JSON and urlencoded bodies replace Fastify's own and its
 * plugin's, which turn bytes that are not UTF-8 into U+FFFD, and long numbers into other numbers. Queries are checked likewise. The
 * errors are FormErrors.
 */
export async function addBodyParsers(app: FastifyInstance): Promise<void> {
  app.addHook('onRequest', async ({ url, is404 }) => {
    if (!is404) checkQuery(url);
  });

  const parseText = app.getDefaultJsonParser('error', 'error');
  const parseJson = (request: FastifyRequest, json: string): Promise<unknown> =>
    new Promise((resolve, reject) => parseText(request, json, (error, value) => (error ? reject(error) : resolve(value))));
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (request: FastifyRequest, bytes: Buffer) => {
    // As if no content type had been sent: clients name one with every request.
    if (bytes.length === 0) return undefined;
    limitJsonValues(bytes);
    const charset = charsetOf(request.headers['content-type'] ?? '');
    const json = decodeText(await takeMember(request, bytes, charset), charset);
    const value = await parseJson(request, json);
    // Only an escape can be half of a surrogate pair: valid bytes are never one.
    if (/\\u[dD][89a-fA-F]/.test(json)) checkTexts(value);
    numbersOf.set(request, findNumbers(json));
    return value;
  });

  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, bytes: Buffer) => {
      limitPairs(bytes);
      return parseUrlencoded(bytes, charsetOf(request.headers['content-type'] ?? ''));
    },
  );

  // Forms are read by the operations (read-form.ts): each has its own limits.
  await app.register(multipart);
}

/** Whether a request's body is multipart: its reader (multipart.ts) takes it from the connection. */
export const isMultipart = ({ headers }: FastifyRequest): boolean =>
  /^\s*multipart\/form-data\s*(;|$)/i.test(headers['content-type'] ?? '');
