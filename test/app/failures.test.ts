import { sql } from 'kysely';
import { test } from 'tap';
import type { Engine } from '../../src/analysis/engine.js';
import { type AppDependencies, buildApp } from '../../src/app.js';
import { parseImageHosts } from '../../src/base/settings/image-hosts.js';
import { WorkerFailedError } from '../../src/base/worker-failed-error.js';
import { loadConfig } from '../../src/config/load.js';
import { openKeys } from '../../src/keys/keys.js';
import { createLogger } from '../../src/platform/request-log.js';
import { makeHostRules } from '../../src/platform/safe-fetch/host-rules.js';
import { createImageFetcher } from '../../src/platform/safe-fetch/image-fetcher.js';
import { type Answer, leaks, openBeside, threeClients } from '../contracts/clients.js';
import { selfie } from '../fixtures/pictures.js';
import { openGallery } from '../gallery/open-gallery.js';
import { startTestServer } from '../helper.js';
import { openAccounts } from '../identity/open-accounts.js';

test('a database that fails under the running server', async (t) => {
  const server = await startTestServer(t);
  const clients = await threeClients(server);
  const { db } = await openBeside(t, server.dataDir);
  const picture = await selfie();
  const ask = (): Promise<Answer[]> =>
    Promise.all([clients.apptenticate(picture), clients.faceLiveness(picture, 's'), clients.dms(picture)]);

  await sql`alter table scans rename to lost`.execute(db);
  const [a, b, c] = (await ask()) as [Answer, Answer, Answer];
  t.same([a.status, b.status, c.status], [500, 500, 500], 'what is not stored is not answered as judged');
  t.equal(a.text, '{"valid":false,"error_code":712,"message":"Unknown error."}');
  t.equal(b.text, '{"sessionId":"s","hasError":true,"error":"INTERNAL_ERROR"}');
  t.match(c.json, { status: 500, error: 'Internal Server Error', message: 'An unexpected error occurred' });
  for (const { text } of [a, b, c]) t.notMatch(text, leaks);

  await sql`alter table lost rename to scans`.execute(db);
  const [again, score, scan] = (await ask()) as [Answer, Answer, Answer];
  t.equal(again.text, '{"valid":true}', 'and afterwards it goes on');
  t.match(score.json, { hasError: false });
  t.match(scan.json, { result: 'Real' });
});

test('an engine that fails', async (t) => {
  // The only stub in these tests: a real worker cannot be made to fail on demand.
  const engine = {
    state: { ready: 1 },
    enter: () => () => {},
    analyze: () => Promise.reject(new WorkerFailedError('the worker died: /opt/models/face.onnx, at run (worker.js:1)')),
  } as unknown as Engine;
  const { dataDir, store, accounts, authenticator } = await openAccounts(t);
  const password = 'a password for tests';
  await accounts.create({ username: 'one', password });
  const keys = await openKeys({ dataDir, warn: () => {} });
  const config = loadConfig({ DATA_DIR: dataDir });
  const log = createLogger('silent');
  const fetcher = createImageFetcher({ rules: makeHostRules(parseImageHosts('none')), timeoutMs: 100, maxBytes: 1000 });
  t.teardown(() => fetcher.close());
  const recognition = await openGallery(t, { store, dataDir });
  const dependencies: AppDependencies = {
    ...{ config, version: 'test', log, engine, store, accounts, authenticator, keys, fetcher },
    ...recognition,
    intakeBytes: 512 * 1_048_576,
    standing: {},
  };
  const app = await buildApp(dependencies);
  t.teardown(() => app.close());

  const { access } = (await app.inject({ method: 'POST', url: '/api/token/', payload: { username: 'one', password } })).json();
  const openId = await app.inject({
    method: 'POST',
    url: '/realms/triface/protocol/openid-connect/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ grant_type: 'password', client_id: 'triface', username: 'one', password }).toString(),
  });
  const form = (name: string) => ({
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    payload: `--b\r\nContent-Disposition: form-data; name="channel"\r\n\r\nWEB\r\n--b\r\nContent-Disposition: form-data; name="reference"\r\n\r\nr\r\n--b\r\nContent-Disposition: form-data; name="${name}"; filename="a"\r\n\r\nx\r\n--b--\r\n`,
  });
  const send = (url: string, authorization: string, { headers, payload }: { headers: object; payload: string }) =>
    app.inject({ method: 'POST', url, headers: { ...headers, authorization }, payload });

  const a = await send('/api/v3/biometrics/liveness/', `Bearer ${access}`, form('selfie'));
  const b = await send('/api/v1/face/liveness', `Basic ${Buffer.from(`one:${password}`).toString('base64')}`, {
    headers: { 'content-type': 'application/json' },
    payload: '{"faceImageBase":"AAAA"}',
  });
  const c = await send('/v1/check_liveness', `Bearer ${openId.json().access_token}`, form('file'));
  t.same([a.statusCode, b.statusCode, c.statusCode], [500, 500, 500]);
  t.equal(a.body, '{"valid":false,"error_code":711,"message":"Life Test Engine Internal Error"}');
  t.equal(b.body, '{"hasError":true,"error":"INTERNAL_ERROR"}');
  t.match(c.json(), { status: 500, message: 'An unexpected error occurred' });
  for (const { body } of [a, b, c]) t.notMatch(body, leaks);
});
