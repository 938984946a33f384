import { leaks } from '../contracts/clients.js';
import type { Answers, ApiDocument } from './document.js';
import { isWhole, type WireAnswer, type WireRequest } from './wire.js';

/** What is wrong with an answer by openapi.yaml; undefined if nothing is. */
export function findFault(document: ApiDocument, request: WireRequest, answer: WireAnswer | undefined): string | undefined {
  if (!answer) return isWhole(request) ? 'no answer' : undefined;
  const { status, headers } = answer;
  if (status >= 500 && status !== 503) return `status ${status}`;
  if (isPreflight(request, answer) || browserRoute.test(request.target)) return undefined;
  const isParsed = headers.has('x-request-id');
  if (isParsed && !headers.has('cache-control')) return 'may be cached';
  const answers = isParsed ? findAnswers(document, request, status) : document.unparsable;
  const documented = answers?.get(status);
  if (!documented) return `status ${status} is not documented`;
  for (const name of documented.headers) if (!headers.has(name)) return `status ${status} without the header ${name}`;
  const type = (headers.get('content-type') ?? '').split(';')[0]!.trim();
  const validate = documented.content.get(type);
  if (request.method === 'HEAD' && isParsed) {
    if (answer.body.length > 0) return 'an answer to HEAD has a body';
    return type === '' || validate || documented.content.size === 0 ? undefined : `content type ${type} is not documented`;
  }
  if (documented.content.size === 0) return answer.body.length === 0 ? undefined : `status ${status} has a body`;
  if (!validate) return `content type "${type}" is not documented for status ${status}`;
  const text = answer.body.toString('utf8');
  if (status >= 400 && leaks.test(text)) return `status ${status} shows ${leaks.exec(text)}`;
  if (!/[/+]json$/.test(type)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return `status ${status} is not JSON`;
  }
  return validate(value) ? undefined : `status ${status}: ${JSON.stringify(validate.errors?.slice(0, 3))}`;
}

/** The documented answers to a request. A method that its path does not have is answered with 405, as each operation of the path says. */
function findAnswers(document: ApiDocument, { method, target }: WireRequest, status: number): Answers | undefined {
  const path = target.split('?')[0]!;
  const wanted = method === 'HEAD' ? 'GET' : method;
  const taken = document.findPath(path, true).find((one) => one.method === wanted);
  if (taken) return taken.answers;
  const [first] = document.findPath(path, false);
  if (!first) return document.findUnknown(path);
  const statuses = [400, 401, 405, 417, 429, 503];
  return statuses.includes(status) ? first.answers : undefined;
}

/** Routes that only browsers and the server's own pages use: not documented, and answered with pages. */
const browserRoute = /^\/realms\/[^/]+\/(protocol\/openid-connect\/(auth|logout)\/[^/?]|login-actions\/)/;

/** The answer to a preflight request, which browsers send and OpenAPI does not describe. */
const isPreflight = ({ method }: WireRequest, { status, body }: WireAnswer): boolean =>
  method === 'OPTIONS' && status === 204 && body.length === 0;
