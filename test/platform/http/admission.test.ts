import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify, { type FastifyInstance, type RouteOptions } from 'fastify';
import t, { type Test } from 'tap';
import { BusyError } from '../../../src/base/busy-error.js';
import { FairShares } from '../../../src/base/fair-shares.js';
import { addAdmission } from '../../../src/platform/http/admission.js';
import '../../../src/platform/route-config.js';
import type { Caller } from '../../../src/identity/caller.js';
import { listRoutes } from '../../app/list-routes.js';

/** A server with one route that analyses, whose caller is named by a header. */
async function listen(t: Test, places: number) {
  const app: FastifyInstance = Fastify();
  const shares = new FairShares(places);
  app.decorateRequest('caller');
  app.addHook('onRequest', async (request) => {
    request.caller = { accountId: String(request.headers['x-account']) } as Caller;
  });
  addAdmission(app, (accountId) => {
    const share = shares.take(accountId, 1);
    if (!share) throw new BusyError('full', 1);
    return () => share.release();
  });
  const bodies: string[] = [];
  app.post('/analyses', { config: { analyzes: true } }, async ({ body }) => {
    bodies.push(String(body));
    return {};
  });
  app.post('/other', async () => ({}));
  await app.listen({ port: 0, host: '127.0.0.1' });
  t.teardown(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  /** Sends the headers, and the body when asked. */
  const begin = (path: string, account: string) => {
    const sent = request({ port, path, method: 'POST', headers: { 'content-type': 'text/plain', 'x-account': account } });
    sent.on('error', () => {});
    sent.flushHeaders();
    const status = once(sent, 'response').then(([response]) => {
      response.resume();
      return response.statusCode as number;
    });
    status.catch(() => {});
    return { status, finish: () => sent.end('body'), abort: () => sent.destroy() };
  };
  return { begin, shares, bodies };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

t.test('a place is taken before the body is read, and given back with the answer', async (t) => {
  const { begin, shares, bodies } = await listen(t, 2);
  const first = begin('/analyses', 'a');
  await until(() => shares.heldBy('a') === 1);
  const refused = begin('/analyses', 'a');
  t.equal(await refused.status, 500, 'refused without having sent its body');
  refused.abort();
  t.same(bodies, []);
  const other = begin('/other', 'a');
  other.finish();
  t.equal(await other.status, 200, 'routes without pictures take no place');
  first.finish();
  t.equal(await first.status, 200);
  await until(() => shares.taken === 0);
  t.pass('given back');
});

t.test('a client that goes away, or that sends slowly, gives its place back', async (t) => {
  const { begin, shares } = await listen(t, 2);
  const gone = begin('/analyses', 'a');
  await until(() => shares.taken === 1);
  gone.abort();
  await until(() => shares.taken === 0);
  const slow = begin('/analyses', 'a');
  await until(() => shares.taken === 1);
  await until(() => shares.taken === 0);
  slow.finish();
  t.equal(await slow.status, 200, 'its body is still accepted');
});

t.test('every route that accepts pictures takes part', async (t) => {
  const routes = await listRoutes();
  const isPicture = ({ method, schema, config }: RouteOptions): boolean =>
    method !== 'GET' && /"format":"binary"|faceImageBase/.test(JSON.stringify([schema?.body, config?.form]));
  const accepting = routes.filter(isPicture);
  t.ok(accepting.length > 10, `${accepting.length} routes`);
  t.same(
    accepting.filter(({ config }) => config?.analyzes !== true).map(({ method, url }) => `${method} ${url}`),
    [],
  );
});
