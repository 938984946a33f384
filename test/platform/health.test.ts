import Fastify from 'fastify';
import { test } from 'tap';
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
  t.equal(ready.text, '{"status":"up","checks":{"models":"up","database":"up"}}');
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
