import { test } from 'tap';
import { replay, selfie } from '../../../fixtures/pictures.js';
import { form, startTestServer, type TestServer, temporaryDirectory } from '../../../helper.js';
import { testEach } from '../../../storage/databases.js';
import { addAccount, ask, leaks, post, threeClients } from '../../clients.js';

const password = 'another password';
const tokenOf = async (server: TestServer, username: string): Promise<string> => {
  const parts = { grant_type: 'password', client_id: 'triface', username, password };
  const url = `${server.url}/realms/triface/protocol/openid-connect/token`;
  return (await post(url, new URLSearchParams(parts))).json.access_token;
};

test('GET /v1/face-liveness/{id}', async (t) => {
  const server = await startTestServer(t, { TRIFACE_PATH_PREFIX: '/gateway' });
  const token = await server.bearerToken();
  const clients = await threeClients(server);
  const read = (id: string, by = token, prefix = '') =>
    ask(`${server.url}${prefix}/v1/face-liveness/${id}`, { headers: by === '' ? {} : { authorization: `Bearer ${by}` } });

  await t.test('equals the answer of the check', async (t) => {
    for (const picture of [await selfie(), await replay(), Buffer.from('nothing')]) {
      const checked = await clients.dms(picture, 'contract 7');
      for (const prefix of ['', '/face-liveness-sdk', '/gateway', '/gateway/face-liveness-sdk']) {
        const found = await read(checked.json.id, token, prefix);
        t.equal(found.status, 200, prefix || 'plain');
        t.equal(found.text, checked.text);
      }
      t.equal((await read(checked.json.id.toUpperCase())).text, checked.text, 'a uuid in capitals');
    }
  });

  await t.test('unknown ids', async (t) => {
    for (const id of [
      '1',
      'not-a-uuid',
      '00000000-0000-4000-8000-00000000000',
      "x' or '1'='1",
      '%00',
      '00000000000040008000000000000000',
    ]) {
      const answer = await read(encodeURIComponent(id));
      t.equal(answer.status, 400, id);
      t.match(answer.json, { status: 400, error: 'Bad Request', message: /java\.util\.UUID/ });
    }
    const answer = await read('00000000-0000-4000-8000-000000000000');
    t.equal(answer.status, 404);
    t.match(answer.json, { status: 404, error: 'Not Found', path: '/v1/face-liveness/00000000-0000-4000-8000-000000000000' });
    for (const broken of ['%zz', 'x'.repeat(300)]) {
      const answer = await read(broken);
      t.equal(answer.status, 400);
      t.match(answer.json, { status: 400, error: 'Bad Request', path: `/v1/face-liveness/${broken}` });
      t.notMatch(answer.text, leaks);
    }
  });

  const { id } = (await clients.dms(await selfie())).json;

  await t.test('another company’s scan is not found', async (t) => {
    await addAccount(t, server, { username: 'stranger', password, company: 'Elsewhere' });
    await addAccount(t, server, { username: 'colleague', password });
    const stranger = await tokenOf(server, 'stranger');
    const unknown = await read('00000000-0000-4000-8000-000000000000', stranger);
    const foreign = await read(id, stranger);
    t.equal(foreign.status, 404);
    t.equal(foreign.json.message.replace(id, ''), unknown.json.message.replace(/[0-9a-f-]{36}/, ''), 'no difference shows');
    t.equal((await read(id, await tokenOf(server, 'colleague'))).status, 200, 'a colleague’s is');
  });

  await t.test('without a token', async (t) => {
    for (const by of ['', 'garbage', `${token.slice(0, -4)}AAAA`, await server.apiToken()]) {
      const answer = await read(id, by);
      t.equal(answer.status, 401);
      t.equal(answer.headers.get('www-authenticate'), 'Bearer');
      t.match(answer.json, { status: 401, error: 'Unauthorized' });
    }
  });

  await t.test('rights', async (t) => {
    await addAccount(t, server, { username: 'reader', password, rights: ['scans:read'] });
    await addAccount(t, server, { username: 'checker', password, rights: ['liveness'] });
    const check = async (by: string) =>
      post(`${server.url}/v1/check_liveness`, form({ channel: 'WEB', reference: 'r', file: await selfie() }), {
        authorization: `Bearer ${by}`,
      });
    const [reader, checker] = [await tokenOf(server, 'reader'), await tokenOf(server, 'checker')];
    t.equal((await read(id, reader)).status, 200);
    t.equal((await check(checker)).status, 200);
    for (const refused of [await check(reader), await read(id, checker)]) {
      t.equal(refused.status, 403);
      t.match(refused.json, { status: 403, error: 'Forbidden', message: 'Access Denied' });
    }
  });
});

testEach('scans, tokens and the account survive a restart', async (t, databaseUrl) => {
  const where = { DATA_DIR: temporaryDirectory(t), DATABASE_URL: databaseUrl };
  const first = await startTestServer(t, where);
  const clients = await threeClients(first);
  const token = await first.bearerToken();
  const kept = [];
  for (const picture of [await selfie(), await replay(), Buffer.from('nothing')]) kept.push(await clients.dms(picture));
  const { id: lastId } = (await clients.apptenticate(await selfie(), { return_id: 'true' })).json;
  await first.stop();
  const second = await startTestServer(t, { ...where, TRIFACE_ADMIN_PASSWORD: 'not the one of the first start' });
  for (const { json, text } of kept) {
    const found = await ask(`${second.url}/v1/face-liveness/${json.id}`, { headers: { authorization: `Bearer ${token}` } });
    t.equal(found.text, text);
  }
  t.type(await second.apiToken(), 'string', 'the password of the first start holds');
  const again = await threeClients(second);
  t.ok((await again.apptenticate(await selfie(), { return_id: 'true' })).json.id > lastId, 'ids go on rising');
});
