import { test } from 'tap';
import { selfie } from '../../../fixtures/pictures.js';
import { startTestServer } from '../../../helper.js';
import { type Answer, ask, paths, post, postJson } from '../../clients.js';

test('POST /api/v1/face/liveness: ways to send the picture', async (t) => {
  const server = await startTestServer(t);
  const url = server.url + paths.faceLiveness;
  const headers = { authorization: server.basic };
  const send = (faceImageBase: unknown, sessionId: unknown = 's-1'): Promise<Answer> =>
    postJson(url, { sessionId, faceImageBase }, headers);
  const base64 = (await selfie()).toString('base64');
  const { json: reference } = await send(base64);

  await t.test('a score: these fields, in the vendor’s order', async (t) => {
    t.type(reference.score, 'number');
    t.ok(reference.score > 0.5 && reference.score <= 1);
    t.equal((await send(base64)).text, JSON.stringify({ sessionId: 's-1', score: reference.score, hasError: false }));
  });

  const lines = (text: string, end: string) => text.replace(/.{76}/g, `$&${end}`);
  const spellings: Record<string, string> = {
    'line breaks': lines(base64, '\n'),
    'carriage returns': `${lines(base64, '\r\n')}\r\n`,
    'spaces around': `  ${base64}\t`,
    'URL-safe': base64.replaceAll('+', '-').replaceAll('/', '_'),
    'without padding': base64.replace(/=+$/, ''),
    'URL-safe, as data URL': `data:image/jpeg;base64,${base64.replaceAll('+', '-').replaceAll('/', '_')}`,
    'data URL': `data:image/jpeg;base64,${base64}`,
    'data URL with a wrong label': `data:image/png;base64,${base64}`,
    'data URL of no picture type': `data:application/octet-stream;name=a.bin;base64,${base64}`,
    'data URL without a type': `data:;base64,${base64}`,
    'data URL in capitals, broken into lines': `DATA:image/PNG;BASE64,\n${lines(base64, '\n')}`,
  };
  for (const [name, text] of Object.entries(spellings)) {
    await t.test(name, async (t) => {
      t.same((await send(text)).json, { ...reference, sessionId: 's-1' });
    });
  }

  await t.test('files that are not pictures', async (t) => {
    const texts: Record<string, string> = {
      empty: '',
      'white space': ' \n ',
      'a data URL without data': 'data:image/png;base64,',
      'a data URL that is not base64': `data:image/svg+xml,<svg/>`,
      'not base64': 'this is not base64!',
      'a broken character in the middle': `${base64.slice(0, 5000)}*${base64.slice(5000)}`,
      'padding in the middle': `${base64.slice(0, 400)}==${base64.slice(400)}`,
      'one character left over': base64.replace(/=+$/, '').slice(0, 401),
      'base64 of text': Buffer.from('no picture').toString('base64'),
      'cut short': base64.slice(0, Math.floor(base64.length / 8) * 4),
      'base64 of base64': Buffer.from(base64).toString('base64'),
    };
    for (const [name, text] of Object.entries(texts)) {
      const answer = await send(text);
      t.equal(answer.status, 200, name);
      t.equal(answer.text, '{"sessionId":"s-1","hasError":true,"error":"FAILED_TO_READ_IMAGE"}', name);
    }
  });

  await t.test('sessionId', async (t) => {
    const without = await postJson(url, { faceImageBase: base64 }, headers);
    t.equal(without.text, JSON.stringify({ score: reference.score, hasError: false }), 'absent: not in the answer');
    for (const id of ['', '0', 'bbbf9002-c3a2-4308-b103-d80b9f5a2b84', ' a "b" \\ \n猫 ', 'x'.repeat(256), '🙂'.repeat(256)])
      t.equal((await send(base64, id)).json.sessionId, id, `echoed as sent (${id.length} characters)`);
    t.equal((await send('?', '🙂'.repeat(256))).json.sessionId, '🙂'.repeat(256), 'with an error as well');
    for (const id of ['x'.repeat(257), 7, null, {}, ['a']]) {
      const answer = await send(base64, id);
      t.equal(answer.status, 400);
      t.same(answer.json, { hasError: true, error: 'SESSION_ID_INVALID' });
    }
  });

  await t.test('invalid requests', async (t) => {
    const json = { ...headers, 'content-type': 'application/json' };
    for (const text of ['', '{', '{"faceImageBase":', 'null', '[]', '"text"', '{"__proto__":{},"faceImageBase":"x"}']) {
      const answer = await post(url, text, json);
      t.equal(answer.status, 400, text);
      t.same(answer.json, { hasError: true, error: 'MALFORMED_JSON' }, text);
    }
    const missing = await postJson(url, { sessionId: 's-2' }, headers);
    t.equal(missing.status, 400);
    t.equal(missing.text, '{"sessionId":"s-2","hasError":true,"error":"FACE_IMAGE_BASE_MISSING"}');
    for (const value of [null, 7, true, {}, [base64]]) {
      const answer = await send(value);
      t.equal(answer.status, 400);
      t.equal(answer.text, '{"sessionId":"s-1","hasError":true,"error":"FACE_IMAGE_BASE_INVALID"}');
    }
    const unknown = await postJson(url, { faceImageBase: base64, citizen: 'x', score: 1 }, headers);
    t.equal(unknown.json.score, reference.score, 'fields that are not known are left alone');
    const xml = await post(url, '<a/>', { ...headers, 'content-type': 'application/xml' });
    t.equal(xml.status, 415);
    t.same(xml.json, { hasError: true, error: 'UNSUPPORTED_MEDIA_TYPE' });
  });

  await t.test('405 and 404', async (t) => {
    const get = await ask(url, { headers });
    t.equal(get.status, 405);
    t.equal(get.headers.get('allow'), 'POST');
    t.same(get.json, { hasError: true, error: 'METHOD_NOT_ALLOWED' });
    const lost = await ask(`${server.url}/api/v1/face/nothing`, { headers });
    t.equal(lost.status, 404);
    t.same(lost.json, { hasError: true, error: 'NOT_FOUND' });
  });
});
