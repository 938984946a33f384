import Fastify from 'fastify';
import { test } from 'tap';
import { BusyError } from '../../../src/base/busy-error.js';
import { WorkerFailedError } from '../../../src/base/worker-failed-error.js';
import { FormError } from '../../../src/platform/form-error.js';
import { answerFailure, classify, type FailureRenderers } from '../../../src/platform/http/failure.js';

test('errors are classified', async (t) => {
  t.same(classify(new BusyError('full', 7)), { kind: 'busy', retryAfterSeconds: 7 });
  t.same(classify(new FormError('too-large', 'm')), { kind: 'form-too-large', message: 'm' });
  t.same(classify(new FormError('malformed', 'm')), { kind: 'form-malformed', message: 'm' });
  t.same(classify(new FormError('not-a-form', 'm')), { kind: 'not-a-form', message: 'm' });
  t.same(classify(new WorkerFailedError('m')), { kind: 'engine-failed' });
  for (const [status, kind] of [
    [400, 'client-error'],
    [401, 'unauthenticated'],
    [404, 'client-error'],
    [413, 'body-too-large'],
    [415, 'unsupported-media-type'],
  ] as const)
    t.same(classify(Object.assign(new Error(), { statusCode: status })), { kind, status });
  for (const error of [new Error(), new RangeError(), Object.assign(new Error(), { statusCode: 503 }), 'text', undefined, null])
    t.same(classify(error), { kind: 'internal' });
});

test('what Fastify itself refuses is classified, and only failures of the server are logged', async (t) => {
  const logged: unknown[] = [];
  const app = Fastify({ logger: { level: 'error', stream: { write: (line: string) => logged.push(JSON.parse(line).msg) } } });
  t.teardown(() => app.close());
  const renderers = new Proxy({} as FailureRenderers, {
    get: () => (failure: { readonly kind: string }) => ({ status: 499, body: failure }),
  });
  app.setErrorHandler((error, request, reply) => answerFailure(error, request, reply, renderers));
  const schema = { body: { type: 'object', required: ['a'], properties: { a: { type: 'string' } } } };
  app.post('/', { schema, bodyLimit: 20 }, () => 'ok');
  app.get('/busy', () => Promise.reject(new BusyError('late', 3)));
  app.get('/broken', () => Promise.reject(new Error('secret')));
  const ask = async (payload: string, type = 'application/json') =>
    (await app.inject({ method: 'POST', url: '/', payload, headers: { 'content-type': type } })).json();
  t.match(await ask('{'), { kind: 'client-error', status: 400 });
  t.match(await ask('{}'), { kind: 'invalid', status: 400, path: '', missing: 'a' });
  t.match(await ask('{"a":[]}'), { kind: 'invalid', status: 400, path: '/a' });
  t.match(await ask(JSON.stringify({ a: 'long'.repeat(9) })), { kind: 'body-too-large', status: 413 });
  t.match(await ask('x', 'text/unknown'), { kind: 'unsupported-media-type', status: 415 });
  const busy = await app.inject('/busy');
  t.match(busy.json(), { kind: 'busy' });
  t.equal(busy.headers['retry-after'], '3');
  t.same(logged, []);
  t.match((await app.inject('/broken')).json(), { kind: 'internal' });
  t.same(logged, ['failed']);
});
