import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { type Answer, ask, leaks, paths, post, postJson } from '../contracts/clients.js';
import { selfie } from '../fixtures/pictures.js';
import { form, startTestServer, temporaryDirectory } from '../helper.js';
import { makeDatabase, testPostgres, withoutPostgres } from '../storage/databases.js';
import { findServerPrograms, makeCluster } from '../storage/postgres-cluster.js';
import { isError, type Served, serve } from './served.js';

const [user, password] = ['tester', 'correct horse battery'];
const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const account = { TRIFACE_ADMIN_USER: user, TRIFACE_ADMIN_PASSWORD: password };

async function bearerOf({ url }: Pick<Served, 'url'>): Promise<{ authorization: string }> {
  const parts = { grant_type: 'password', client_id: 'triface', username: user, password };
  const answer = await post(`${url}/realms/triface/protocol/openid-connect/token`, new URLSearchParams(parts));
  return { authorization: `Bearer ${answer.json.access_token}` };
}

testPostgres('two `triface serve` processes that start at the same time on an empty database form one service', async (t) => {
  const env = {
    ...account,
    DATA_DIR: temporaryDirectory(t),
    DATABASE_URL: await makeDatabase(t, { isEmpty: true }),
    // one address for both, as behind a load balancer
    TRIFACE_PUBLIC_URL: 'http://127.0.0.1:1',
  };
  const [one, two] = await Promise.all([serve(t, env), serve(t, env)]);
  for (const { url } of [one, two]) t.match(await ask(`${url}/health/ready`), { status: 200, json: { status: 'up' } });
  const bearer = await bearerOf(one);
  const picture = await selfie();
  const checked = await post(one.url + paths.dms, form({ channel: 'WEB', reference: 'r', file: picture }), bearer);
  t.equal(checked.status, 200);
  const path = `/v1/face-liveness/${checked.json.id}`;
  t.same(
    (await ask(two.url + path, { headers: bearer })).json,
    checked.json,
    'what one stored the other reads, by the same token',
  );
  const put = (server: Served, tag: string, result: string) =>
    ask(server.url + path, {
      method: 'PUT',
      headers: { ...bearer, 'content-type': 'application/json', 'if-match': tag },
      body: JSON.stringify({ result }),
    });
  t.equal((await put(two, '"1"', 'Spoof')).status, 200);
  t.equal((await put(one, '"1"', 'Real')).status, 412);
  t.equal((await put(one, '"2"', 'Real')).status, 200);
  const { access } = (await postJson(`${one.url}/api/token/`, { username: user, password })).json;
  const a = await post(two.url + paths.apptenticate, form({ selfie: picture }), { authorization: `Bearer ${access}` });
  t.equal(a.text, '{"valid":true}');
  const b = await postJson(two.url + paths.faceLiveness, { faceImageBase: picture.toString('base64') }, { authorization: basic });
  t.match(b.json, { hasError: false });
  t.match((await ask(`${two.url}/v1/face-liveness`, { headers: bearer })).json, { totalElements: 1 });
  t.equal(await one.end('SIGTERM'), 0);
  t.match((await ask(two.url + path, { headers: bearer })).json, { result: 'Real' }, 'the other goes on');
  t.equal(await two.end('SIGTERM'), 0);
  for (const { log } of [one, two]) t.strictSame(log().filter(isError), []);
});

testPostgres('scans that were answered survive kill -9 of the server', async (t, databaseUrl) => {
  const env = { ...account, DATA_DIR: temporaryDirectory(t), DATABASE_URL: databaseUrl };
  const acknowledged: string[] = [];
  const picture = await selfie();
  for (let round = 0; round < 2; round++) {
    const server = await serve(t, env);
    const bearer = await bearerOf(server);
    let isOver = false;
    const client = async () => {
      while (!isOver) {
        const answer = await post(server.url + paths.dms, form({ channel: 'WEB', reference: 'r', file: picture }), bearer).catch(
          () => undefined,
        );
        if (answer?.status === 200) acknowledged.push(answer.json.id);
      }
    };
    const clients = Promise.all([client(), client(), client()]);
    const before = acknowledged.length;
    while (acknowledged.length < before + 12) await sleep(5);
    await server.end('SIGKILL');
    isOver = true;
    await clients;
  }
  const again = await serve(t, env);
  const bearer = await bearerOf(again);
  for (const id of acknowledged) t.equal((await ask(`${again.url}/v1/face-liveness/${id}`, { headers: bearer })).status, 200);
  const { totalElements } = (await ask(`${again.url}/v1/face-liveness`, { headers: bearer })).json;
  t.ok(totalElements >= acknowledged.length && totalElements <= acknowledged.length + 6, `${totalElements} stored`);
  await again.end('SIGTERM');
});

const programs = findServerPrograms();
const skip = programs === undefined ? withoutPostgres || 'no PostgreSQL server to stop here' : false;

test('PostgreSQL stopped and started under a running server', { skip }, async (t) => {
  const cluster = await makeCluster(programs!);
  t.teardown(() => cluster.remove());
  const server = await startTestServer(t, { DATABASE_URL: cluster.url('postgres') });
  const bearer = { authorization: `Bearer ${await server.bearerToken()}` };
  const api = { authorization: `Bearer ${await server.apiToken()}` };
  const picture = await selfie();
  const askAll = (): Promise<Answer[]> =>
    Promise.all([
      post(server.url + paths.apptenticate, form({ selfie: picture }), api),
      postJson(
        server.url + paths.faceLiveness,
        { faceImageBase: picture.toString('base64'), sessionId: 's' },
        { authorization: server.basic },
      ),
      post(server.url + paths.dms, form({ channel: 'WEB', reference: 'r', file: picture }), bearer),
      ask(`${server.url}/v1/face-liveness`, { headers: bearer }),
      ask(`${server.url}/v1/face-liveness?reference=r&sort=result,asc`, { headers: bearer }),
      post(
        `${server.url}/realms/triface/protocol/openid-connect/token`,
        new URLSearchParams({ grant_type: 'password', client_id: 'triface', username: server.user, password: server.password }),
      ),
      ask(`${server.url}/triface/v1/scans/1/explanation`, { headers: { authorization: server.basic } }),
      postJson(`${server.url}/api/token/`, { username: server.user, password: server.password }),
    ]);
  t.equal((await post(server.url + paths.apptenticate, form({ selfie: picture }), api)).status, 200, 'scan 1');
  for (const { status, text } of await askAll()) t.equal(status, 200, text);

  await cluster.stop();
  for (let round = 0; round < 2; round++) {
    const answers = await askAll();
    for (const { status, text } of answers) {
      t.equal(status, 503, text);
      t.notMatch(text, leaks);
      t.notMatch(text, /ECONN|postgres|triface-pg/i);
    }
    const [a, b, c, list] = answers as [Answer, Answer, Answer, Answer];
    t.strictSame(a.json, { detail: 'Service temporarily unavailable, try again later.' });
    t.match(b.json, { hasError: true, error: 'INTERNAL_ERROR' });
    t.match(c.json, { status: 503, error: 'Service Unavailable', path: paths.dms });
    t.match(list.json, { status: 503, error: 'Service Unavailable', path: '/v1/face-liveness' });
    const ready = await ask(`${server.url}/health/ready`);
    t.match(ready, { status: 503, json: { status: 'down', checks: { database: 'down', models: 'up' } } });
    t.equal((await ask(`${server.url}/health/live`)).status, 200);
  }

  await cluster.start();
  t.equal((await ask(`${server.url}/health/ready`)).status, 200);
  for (const { status, text } of await askAll()) t.equal(status, 200, text);
  t.match(
    (await ask(`${server.url}/v1/face-liveness`, { headers: bearer })).json,
    { totalElements: 2 },
    'what was refused is not stored',
  );
});
