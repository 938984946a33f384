import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { limitJsonValues, limitPairs } from './count-values.js';
import { charsetOf, decodeText } from './decode-text.js';
import { checkTexts, findNumbers, type JsonTexts } from './json-text.js';
import { checkQuery, parseUrlencoded } from './urlencoded.js';

const numbersOf = new WeakMap<FastifyRequest, JsonTexts>();

/** The members of a request's JSON object that are numbers, as written. */
export const findWrittenNumbers = (request: FastifyRequest): JsonTexts | undefined => numbersOf.get(request);

/**
 * Registers the parsers of JSON, urlencoded and multipart bodies. Those of JSON and urlencoded bodies replace Fastify's own and its
 * plugin's, which turn bytes that are not UTF-8 into U+FFFD, and long numbers into other numbers. Queries are checked likewise. The
 * errors are FormErrors.
 */
export async function addBodyParsers(app: FastifyInstance): Promise<void> {
  app.addHook('onRequest', async ({ url, is404 }) => {
    if (!is404) checkQuery(url);
  });

  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request: FastifyRequest, bytes: Buffer, done) => {
    // As if no content type had been sent: clients name one with every request.
    if (bytes.length === 0) return done(null, undefined);
    let json: string;
    try {
      limitJsonValues(bytes);
      json = decodeText(bytes, charsetOf(request.headers['content-type'] ?? ''));
    } catch (error) {
      return done(error as Error);
    }
    parseJson(request, json, (error, value: unknown) => {
      if (error) return done(error);
      try {
        // Only an escape can be half of a surrogate pair: valid bytes are never one.
        if (/\\u[dD][89a-fA-F]/.test(json)) checkTexts(value);
        numbersOf.set(request, findNumbers(json));
      } catch (fault) {
        return done(fault as Error);
      }
      done(null, value);
    });
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
