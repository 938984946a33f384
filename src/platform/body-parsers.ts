import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { charsetOf, decodeText } from './decode-text.js';
import { checkTexts, findNumbers, type JsonTexts } from './json-text.js';
import { checkQuery, parseUrlencoded } from './urlencoded.js';

/** What the parser of a content type leaves for `readForm`. */
export type SentForm =
  | { readonly kind: 'multipart'; readonly body: Readable; readonly contentType: string; readonly maxFileBytes: number }
  /** the members of a JSON object that are numbers, as written */
  | { readonly kind: 'json'; readonly numbers: JsonTexts };

const sentForms = new WeakMap<FastifyRequest, SentForm>();

/** What was sent with a request, if it is multipart or JSON. */
export const findSentForm = (request: FastifyRequest): SentForm | undefined => sentForms.get(request);

/**
 * Registers the parsers of JSON, urlencoded and multipart bodies. They replace those of Fastify and its plugins, which turn bytes
 * that are not UTF-8 into U+FFFD, and long numbers into other numbers. Queries are checked likewise. The errors are FormErrors.
 * @param maxFileBytes of a file in a form whose route sets no limit of its own
 */
export function addBodyParsers(app: FastifyInstance, maxFileBytes: number): void {
  app.addHook('onRequest', async ({ url, is404 }) => {
    if (!is404) checkQuery(url);
  });

  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request: FastifyRequest, bytes: Buffer, done) => {
    let json: string;
    try {
      json = decodeText(bytes, charsetOf(request.headers['content-type'] ?? ''));
    } catch (error) {
      return done(error as Error);
    }
    parseJson(request, json, (error, value: unknown) => {
      if (error) return done(error);
      try {
        // Only an escape can be half of a surrogate pair: valid bytes are never one.
        if (/\\u[dD][89a-fA-F]/.test(json)) checkTexts(value);
        sentForms.set(request, { kind: 'json', numbers: findNumbers(json) });
      } catch (fault) {
        return done(fault as Error);
      }
      done(null, value);
    });
  });

  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, bytes: Buffer) => parseUrlencoded(bytes, charsetOf(request.headers['content-type'] ?? '')),
  );

  // Read by the operations: each has its own limits.
  app.addContentTypeParser('multipart/form-data', async (request: FastifyRequest, body: Readable) => {
    sentForms.set(request, { kind: 'multipart', body, contentType: request.headers['content-type'] ?? '', maxFileBytes });
  });
}
