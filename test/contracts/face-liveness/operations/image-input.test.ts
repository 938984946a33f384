import { test } from 'tap';
import { selfie } from '../../../fixtures/pictures.js';
import { form, startTestServer } from '../../../helper.js';
import { type Answer, ask, paths, post, postJson } from '../../clients.js';

test('POST /api/v1/face/liveness: ways to send the picture', async (t) => {
  const server = await startTestServer(t);
  const url = server.url + paths.faceLiveness;
  const headers = { authorization: server.basic };
  const send = (faceImageBase: unknown, sessionId: unknown = 's-1'): Promise<Answer> =>
    postJson(url, { sessionId, faceImageBase }, headers);
  const picture = await selfie();
  const base64 = picture.toString('base64');
  const percents = (bytes: Buffer) => bytes.toString('hex').replace(/../g, '%$&');
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
    'data URL, percent-encoded': `data:image/jpeg;base64,${encodeURIComponent(base64)}`,
    'data URL, percent-encoded in lower case': `data:;base64,${encodeURIComponent(base64).replace(/%../g, (code) => code.toLowerCase())}`,
    'data URL, every character percent-encoded': `data:image/jpeg;charset=x;base64,${percents(Buffer.from(base64))}`,
    'data URL with parameters and spaces': ` data:image/jpeg;name="a%20b.jpg";charset=utf-8; base64 , ${base64} `,
    'data URL that is not base64': `data:image/jpeg,${percents(picture)}`,
    'data URL that is not base64, broken into lines': `DATA:,${lines(percents(picture), '\r\n')}\n`,
    'lost plus signs': base64.replaceAll('+', ' '),
    'lost plus signs, URL-safe slash': base64.replaceAll('+', ' ').replaceAll('/', '_'),
    'lost plus signs, in lines': lines(base64, '\r\n').replaceAll('+', ' '),
    'lost plus signs in a data URL': `data:image/jpeg;base64,${base64.replaceAll('+', ' ')}`,
    'a single lost plus sign': base64.replace('+', ' '),
    'words in place of lines': lines(base64, ' '),
    'indented lines': lines(base64, '\n    '),
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
      'a data URL that is not a picture': `data:image/svg+xml,<svg/>`,
      'a data URL without a comma': 'data:image/png;base64',
      'a data URL with broken escapes': `data:;base64,${base64.slice(0, 400)}%2${base64.slice(400)}`,
      'a data URL of other characters': `data:;base64,%2B猫${base64}`,
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
    for (const id of ['x'.repeat(257), true, {}, ['a'], [7]]) {
      const answer = await send(base64, id);
      t.equal(answer.status, 400);
      t.same(answer.json, { hasError: true, error: 'SESSION_ID_INVALID' });
    }
  });

  await t.test('sessionId: null and numbers, as they are written', async (t) => {
    const json = { ...headers, 'content-type': 'application/json' };
    const sendWritten = (id: string, image: string) =>
      post(url, `{"sessionId":${id},"faceImageBase":${JSON.stringify(image)}}`, json);
    const ids = ['null', '0', '-0', '7', '1.0', '1e3', '-12.50', '110101199003074514', '9'.repeat(256)];
    for (const id of ids)
      t.equal((await sendWritten(id, '?')).text, `{"sessionId":${id},"hasError":true,"error":"FAILED_TO_READ_IMAGE"}`, id);
    const score = `{"sessionId":110101199003074514,"score":${JSON.stringify(reference.score)},"hasError":false}`;
    t.equal((await sendWritten('110101199003074514', base64)).text, score);
    t.equal(
      (await post(url, '{"sessionId":1.0}', json)).text,
      '{"sessionId":1.0,"hasError":true,"error":"FACE_IMAGE_BASE_MISSING"}',
    );
    t.equal(
      (await post(url, '{"sessionId":null}', json)).text,
      '{"sessionId":null,"hasError":true,"error":"FACE_IMAGE_BASE_MISSING"}',
    );
    for (const id of ['9'.repeat(257), '1e999']) {
      const answer = await sendWritten(id, '?');
      t.equal(answer.status, 400, id);
      t.equal(answer.text, '{"hasError":true,"error":"SESSION_ID_INVALID"}', id);
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
    const text = JSON.stringify({ faceImageBase: base64 });
    const untyped = new Uint8Array(Buffer.from(text));
    const others: [string, Answer][] = [
      ['xml', await post(url, '<a/>', { ...headers, 'content-type': 'application/xml' })],
      ['multipart', await post(url, form({ faceImageBase: picture }), headers)],
      ['urlencoded', await post(url, new URLSearchParams({ faceImageBase: base64 }), headers)],
      ['JSON as curl -d sends it', await post(url, text, { ...headers, 'content-type': 'application/x-www-form-urlencoded' })],
      ['no type', await post(url, untyped, headers)],
    ];
    for (const [name, { status, json }] of others) {
      t.equal(status, 415, name);
      t.same(json, { hasError: true, error: 'UNSUPPORTED_MEDIA_TYPE' }, name);
    }
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
