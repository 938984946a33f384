import Fastify from 'fastify';
import { test } from 'tap';
import { BusyError } from '../../src/base/busy-error.js';
import { UnavailableError } from '../../src/base/unavailable-error.js';
import { addHealthRoutes } from '../../src/platform/health.js';
import { ask } from '../contracts/clients.js';
import { startTestServer } from '../helper.js';
import { shareEngine } from '../shared-engine.js';

test('a running server', async (t) => {
  const server = await startTestServer(t, {}, shareEngine);
  const live = await ask(`${server.url}/health/live`);
  t.equal(live.status, 200);
  t.equal(live.text, '{"status":"up"}');
  const ready = await ask(`${server.url}/health/ready`);
  t.equal(ready.status, 200);
  t.equal(
    ready.text,
    '{"status":"up","checks":{"models":"up","database":"up","search":"up","keys":"up","clock":"up"},"livenessModels":"shipped","provider":"cpu"}',
  );
  t.match(ready.headers.get('x-request-id'), /^[0-9a-f-]{36}$/);
  await server.stop();
  await t.rejects(ask(`${server.url}/health/live`), 'after the stop nothing answers');
});

test('ready is down while any check fails, and names the check without the reason', async (t) => {
  const app = Fastify();
  t.teardown(() => app.close());
  let isDown = true;
  addHealthRoutes(app, {
    models: () => {
      if (isDown) throw new Error('secret reason');
    },
    database: async () => {
      if (isDown) await Promise.reject(new Error('secret reason'));
    },
    disk: () => {},
  });
  const down = await app.inject('/health/ready');
  t.equal(down.statusCode, 503);
  t.same(down.json(), { status: 'down', checks: { models: 'down', database: 'down', disk: 'up' } });
  t.equal((await app.inject('/health/live')).statusCode, 200, 'but alive');
  isDown = false;
  const up = await app.inject('/health/ready');
  t.equal(up.statusCode, 200);
  t.same(up.json(), { status: 'up', checks: { models: 'up', database: 'up', disk: 'up' } });
});

test('what is being loaded is told, unlike other reasons', async (t) => {
  const app = Fastify();
  t.teardown(() => app.close());
  addHealthRoutes(app, {
    search: () => {
      throw new BusyError('loading', 3, 'the templates are being loaded: 43 %');
    },
    other: () => {
      throw new BusyError('full', 1, 'secret reason');
    },
  });
  const { statusCode, body } = await app.inject('/health/ready');
  t.equal(statusCode, 503);
  t.same(JSON.parse(body), {
    status: 'down',
    checks: { search: 'down', other: 'down' },
    loading: 'the templates are being loaded: 43 %',
  });
});

test('a stopping server is not ready, a check that hangs is down, and a change of state is logged once', async (t) => {
  const lines: { check?: string; msg: string }[] = [];
  const app = Fastify({ logger: { level: 'info', stream: { write: (line: string) => lines.push(JSON.parse(line)) } } });
  t.teardown(() => app.close());
  let isStopping = false;
  let fault: 'hangs' | 'fails' | 'unavailable' | undefined = 'hangs';
  const check = () => {
    if (fault === 'hangs') return new Promise<void>(() => {});
    if (fault === 'unavailable') throw new UnavailableError('database', 'logged elsewhere');
    if (fault === 'fails') throw new Error('no');
  };
  addHealthRoutes(app, { part: check }, () => isStopping);
  const began = Date.now();
  t.same((await app.inject('/health/ready')).json(), { status: 'down', checks: { part: 'down' } });
  t.ok(Date.now() - began < 6000);
  fault = 'fails';
  for (let i = 0; i < 3; i++) await app.inject('/health/ready');
  fault = undefined;
  for (let i = 0; i < 3; i++) t.equal((await app.inject('/health/ready')).statusCode, 200);
  fault = 'unavailable';
  t.equal((await app.inject('/health/ready')).statusCode, 503);
  const told = lines.filter(({ check: name }) => name === 'part').map(({ msg }) => msg);
  t.same(told, ['not ready', 'ready again']);
  fault = undefined;
  isStopping = true;
  const stopping = await app.inject('/health/ready');
  t.same([stopping.statusCode, stopping.json()], [503, { status: 'down', checks: { part: 'up', server: 'down' } }]);
});
