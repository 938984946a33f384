import type { FastifyRequest } from 'fastify';
import { charsetOf } from '../../../platform/decode-text.js';
import { decodePairs } from '../../../platform/urlencoded.js';
import { OAuthError } from '../errors.js';
import { giveBodyBack } from './public-address.js';

const FORM = 'application/x-www-form-urlencoded';

/** Most parameters of a query or form. */
const MAX_PARAMETERS = 40;
/** Longest parameter: bytes of its decoded value. */
const MAX_VALUE = 2048;
/** Longest parameter as it is written in an address, which goes back to the application in a header. Tokens do not. */
const MAX_ENCODED = 3 * MAX_VALUE;
/** Longest parameter of those that are tokens. */
const MAX_TOKEN = 8192;
/** Most bytes of all names and values but tokens: what a login keeps of them must fit into a cookie. */
const MAX_TOTAL = 3072;

const tokens = new Set(['access_token', 'client_assertion', 'id_token_hint', 'refresh_token', 'subject_token', 'token']);
/** Longest parameter of those that are short words or that tokens and pages repeat, and of what applications make long. */
const shorter = new Map([
  ['client_id', 255],
  ['code_challenge', 128],
  ['login_hint', 300],
  ['nonce', 512],
  ['scope', 1024],
  ['state', 2560],
  ['ui_locales', 255],
]);

/**
 * Reads a request's form, and checks the lengths of its parameters and of the query's. A form in another charset is
 * given to oidc-provider in UTF-8.
 * @returns the form; empty if the body is not a form
 * @throws OAuthError 400, FormError `bad-text`
 */
export function readParameters(request: FastifyRequest): URLSearchParams {
  const { url } = request;
  const start = url.indexOf('?');
  if (start >= 0) check(decodePairs(Buffer.from(url.slice(start + 1)), 'utf-8'));
  const type = request.headers['content-type'] ?? '';
  if (!Buffer.isBuffer(request.body) || !isForm(type, request.body)) return new URLSearchParams();
  const pairs = decodePairs(request.body, charsetOf(type));
  check(pairs);
  const form = new URLSearchParams(pairs);
  request.body = Buffer.from(form.toString());
  request.raw.headers['content-type'] = FORM;
  giveBodyBack(request, request.body as Buffer);
  return form;
}

/**
 * Whether the body is a form. The vendor's page shows a form with the header `application/json`: whatever has that type and cannot be
 * an object is read as a form, too.
 */
function isForm(type: string, body: Buffer): boolean {
  const mediaType = type.split(';')[0]!.trim().toLowerCase();
  return mediaType === FORM || (mediaType === 'application/json' && /^\w+=/.test(body.subarray(0, 64).toString('latin1')));
}

function check(pairs: [string, string][]): void {
  if (pairs.length > MAX_PARAMETERS) throw invalid('Too many parameters');
  let total = 0;
  for (const [name, value] of pairs) {
    const length = Buffer.byteLength(value);
    const limit = tokens.has(name) ? MAX_TOKEN : (shorter.get(name) ?? MAX_VALUE);
    const isTooLong = length > limit || (!tokens.has(name) && encodeURIComponent(value).length > MAX_ENCODED);
    if (isTooLong) throw invalid(`Parameter too long: ${name.slice(0, 64)}`);
    total += Buffer.byteLength(name) + (tokens.has(name) ? 0 : length);
  }
  if (total > MAX_TOTAL) throw invalid('The parameters are too long together');
}

const invalid = (description: string): OAuthError => new OAuthError(400, 'invalid_request', description);
