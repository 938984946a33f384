import { type Test, test } from 'tap';
import { selfie } from '../fixtures/pictures.js';
import { startTestServer } from '../helper.js';
import { paths } from './clients.js';
import { filePart, multipartBody, sendRaw, textPart } from './raw-requests.js';

const boundary = 'b0undary';
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const latin1Escapes = (text: string): string =>
  [...latin1(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

/** A server, and a client that sends the reference of contract C's check in any form. */
async function start(t: Test) {
  const server = await startTestServer(t);
  const picture = await selfie();
  const authorization = { Authorization: `Bearer ${await server.bearerToken()}` };
  const api = { Authorization: `Bearer ${await server.apiToken()}` };
  const send = async (path: string, headers: Record<string, string>, body: Buffer | string) => {
    const { status, text } = await sendRaw(server.url, { path, headers, body });
    // raw-requests reads bytes
    return { status, json: JSON.parse(Buffer.from(text, 'latin1').toString('utf8') || 'null') };
  };
  const multipart = { 'Content-Type': `multipart/form-data; boundary=${boundary}` };
  /** @param first other parts, before it */
  const check = async (
    value: Buffer | string,
    type?: string,
    first: readonly (readonly [string, Buffer | string])[] = [],
  ): Promise<unknown> => {
    const { status, json } = await send(
      paths.dms,
      { ...authorization, ...multipart },
      multipartBody(boundary, [
        ...first,
        [textPart('channel'), 'WEB'],
        [`${textPart('reference')}${type ? `\r\nContent-Type: ${type}` : ''}`, value],
        [filePart('file'), picture],
      ]),
    );
    return status === 200 ? json.reference : `${status} ${json.message}`;
  };
  const put = async (id: string, type: string, body: Buffer | string) => {
    const answer = await fetch(`${server.url}/v1/face-liveness/${id}`, {
      method: 'PUT',
      headers: { ...authorization, 'Content-Type': type },
      body: new Uint8Array(Buffer.from(body)),
    });
    return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
  };
  return { server, picture, authorization, api, multipart, send, check, put };
}

test('texts of multipart forms', async (t) => {
  const { check, send, api, multipart, picture } = await start(t);

  for (const [sent, want] of [
    ['110101199003074514', '110101199003074514'],
    ['12345678901234567890123', '12345678901234567890123'],
    ['-0', '-0'],
    ['1.10', '1.10'],
    ['1e400', '1e400'],
    [' 7\r\n', '7'],
    ['true', 'true'],
    ['"an \\"Id\\" \\u00f1"', 'an "Id" ñ'],
    ['{"a": 1.0}', '{"a": 1.0}'],
    ['[12345678901234567890]', '[12345678901234567890]'],
  ] as const)
    for (const type of ['application/json', 'application/json;charset=UTF-8'])
      t.equal(await check(sent, type), want, `${sent} as ${type}`);
  for (const broken of ['12345678901234567890x', '"', '{', ''])
    t.match(await check(broken, 'application/json'), /^400 .*"reference" is not valid JSON/, broken);
  t.match(await check('"\\ud800"', 'application/json'), /^400 .*"reference".*surrogate/);
  t.match(await check('null', 'application/json'), /^400 /, 'null is no value');

  for (const [bytes, type, want] of [
    [Buffer.from('Müller'), undefined, 'Müller'],
    [Buffer.from('Müller'), 'text/plain', 'Müller'],
    [Buffer.from('\ufeffMüller'), undefined, 'Müller'],
    [latin1('Müller'), 'text/plain; charset=ISO-8859-1', 'Müller'],
    [latin1('Müller'), 'text/plain;charset="latin1"', 'Müller'],
    [latin1('"Müller"'), 'application/json; charset=ISO-8859-1', 'Müller'],
    [Buffer.from([0x93, 0xfa, 0x96, 0x7b]), 'text/plain; charset=Shift_JIS', '日本'],
    [Buffer.from('Müller', 'utf16le'), 'text/plain; charset=utf-16le', 'Müller'],
    [Buffer.from('\ufeffMüller', 'utf16le'), 'text/plain; charset=utf-16', 'Müller'],
    [Buffer.from('\ufeffMüller', 'utf16le').swap16(), 'text/plain; charset=UTF-16', 'Müller'],
    [Buffer.from('abc'), 'text/plain; charset=US-ASCII', 'abc'],
  ] as const)
    t.equal(await check(bytes, type), want, `${bytes.toString('hex')} as ${type}`);
  t.equal(await check(latin1('Müller'), undefined, [[textPart('_charset_'), 'iso-8859-1']]), 'Müller', '_charset_');

  for (const [bytes, type] of [
    [latin1('Ñ-1'), undefined],
    [latin1('Ñ-1'), 'text/plain; charset=utf-8'],
    [latin1('Ñ-1'), 'text/plain; charset=us-ascii'],
    [latin1('"Ñ-1"'), 'application/json'],
    [Buffer.from([0xed, 0xa0, 0x80]), undefined],
    [Buffer.from([0xc0, 0x80]), undefined],
    [Buffer.from([0x41, 0xe2, 0x82]), undefined],
    [Buffer.from([0x41, 0xd8]), 'text/plain; charset=utf-16be; x=y'],
    [Buffer.from([0x00, 0xd8]), 'text/plain; charset=utf-16le'],
    [Buffer.from('abc'), 'text/plain; charset=no-such'],
    [Buffer.from('abc'), 'text/plain; charset=hz-gb-2312'],
  ] as const)
    t.match(
      await check(bytes, type),
      type?.includes('utf-16be') ? /.*/ : /^400 .*"reference"/,
      `${bytes.toString('hex')} ${type}`,
    );

  const face = (parts: readonly (readonly [string, Buffer | string])[]) =>
    send(
      '/api/v3.2/biometrics/recognizer/persons/',
      { ...api, ...multipart },
      multipartBody(boundary, [...parts, [textPart('name'), 'Ana'], [filePart('image'), picture]]),
    );
  t.match(await face([[textPart('citizen_id'), latin1('Ñ-1')]]), { status: 400, json: { citizen_id: [/UTF-8/] } });
  const names = Buffer.concat([
    latin1(`--${boundary}\r\n${textPart('citizen_idÑ')}\r\n\r\n1\r\n`),
    multipartBody(boundary, [[textPart('citizen_id'), '1']]),
  ]);
  t.match(
    await send('/api/v3.2/biometrics/recognizer/persons/', { ...api, ...multipart }, names),
    { status: 400, json: { detail: /UTF-8/ } },
    'the name of a field',
  );
});

test('texts of JSON and urlencoded bodies, and of queries', async (t) => {
  const { server, send, put, api, authorization, multipart, picture } = await start(t);
  const checked = await send(
    paths.dms,
    { ...authorization, ...multipart },
    multipartBody(boundary, [
      [textPart('channel'), 'WEB'],
      [textPart('reference'), 'R'],
      [filePart('file'), picture],
    ]),
  );
  const { id } = checked.json as { id: string };
  const person = await send(
    '/api/v3.2/biometrics/recognizer/persons/',
    { ...api, ...multipart },
    multipartBody(boundary, [
      [`${textPart('citizen_id')}\r\nContent-Type: application/json`, '110101199003074514'],
      [textPart('name'), 'Ana'],
      [filePart('image'), picture],
    ]),
  );
  t.match(person, { status: 201, json: { citizen_id: '110101199003074514' } });
  const change = async (type: string, body: Buffer | string) => {
    const answer = await fetch(`${server.url}/api/v3.2/biometrics/recognizer/persons/${person.json.id}/`, {
      method: 'PATCH',
      headers: { ...api, 'Content-Type': type },
      body: new Uint8Array(Buffer.from(body)),
    });
    return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
  };

  for (const [body, want] of [
    ['{"citizen_id":110101199003074518}', '110101199003074518'],
    ['{ "name" : "a \\" { [ 1" , "citizen_id" :\n 110101199003074519 }', '110101199003074519'],
    ['{"x":{"citizen_id":1},"y":[{"citizen_id":2}],"citizen_id":-12345678901234567890.50}', '-12345678901234567890.50'],
    ['{"citizen_id":1,"citizen_id":"two"}', 'two'],
    ['{"citizen\\u005fid":98765432109876543210}', '98765432109876543210'],
  ] as const)
    t.match(await change('application/json', body), { status: 200, json: { citizen_id: want } }, body);
  t.match(await change('application/json; charset=utf-16le', Buffer.from('{"name":"Ñ"}', 'utf16le')), { json: { name: 'Ñ' } });
  t.match(await change('application/json', '\ufeff{"name":"Ü"}'), { status: 200, json: { name: 'Ü' } }, 'a byte order mark');
  t.match(await change('application/json', latin1('{"name":"Ñ"}')), { status: 400, json: { detail: /UTF-8/ } });
  t.match(await change('application/json', Buffer.from('\ufeff{"name":"Ñ"}', 'utf16le')), { status: 400 });
  t.match(await change('application/json', '{"name":"\\ud800"}'), { status: 400, json: { name: [/surrogate/] } });
  t.match(await change('application/json; charset=x-none', '{"name":"a"}'), { status: 400, json: { detail: /charset/ } });

  const urlencoded = 'application/x-www-form-urlencoded';
  t.match(await change(urlencoded, 'name=Jos%C3%A9+%2B%'), { status: 200, json: { name: 'José +%' } });
  t.match(await change(urlencoded, 'name=a&name=b'), { status: 200, json: { name: 'b' } }, 'the last value counts');
  t.match(await change(urlencoded, `name=${latin1Escapes('Ñ')}`), { status: 400, json: { name: [/UTF-8/] } });
  t.match(await change(urlencoded, latin1('name=Ñ')), { status: 400, json: { name: [/UTF-8/] } });
  t.match(await change(`${urlencoded}; charset=ISO-8859-1`, `name=${latin1Escapes('Ñ')}`), { status: 200, json: { name: 'Ñ' } });
  t.match(await change(urlencoded, `_charset_=windows-1252&name=${latin1Escapes('Ñ')}`), { status: 200, json: { name: 'Ñ' } });

  t.match(await put(id, 'application/json', latin1('{"reference":"Müller"}')), { status: 400, json: { error: 'Bad Request' } });
  t.match(await put(id, 'application/json', '{"reference":"\\udc00"}'), { status: 400, json: { message: /"reference"/ } });
  t.match(await put(id, 'application/json; charset=ISO-8859-1', latin1('{"reference":"Müller"}')), {
    status: 200,
    json: { reference: 'Müller' },
  });

  const b = (body: Buffer | string) =>
    send(paths.faceLiveness, { Authorization: server.basic, 'Content-Type': 'application/json' }, body);
  t.match(await b(latin1('{"sessionId":"Ñ","faceImageBase":"x"}')), { status: 400, json: { error: 'MALFORMED_JSON' } });
  t.match(await b('{"sessionId":"\\ud800","faceImageBase":"x"}'), { status: 400, json: { error: 'MALFORMED_JSON' } });
  t.match(await b(`{"sessionId":"\\ud83d\\ude00","faceImageBase":"x"}`), { json: { sessionId: '😀' } });

  const own = await send(
    '/v1/identify',
    { Authorization: server.basic, 'Content-Type': 'application/json' },
    latin1('{"a":"Ñ"}'),
  );
  t.match(own, { status: 400, json: { error: 'malformed', message: /UTF-8/ } });
  t.match(
    await fetch(`${server.url}/api/v3.2/biometrics/recognizer/persons/?search=%D1`, { headers: api }).then((answer) =>
      answer.json(),
    ),
    { search: [/UTF-8/] },
  );
  t.equal((await fetch(`${server.url}/v1/face-liveness?reference=%D1`, { headers: authorization })).status, 400);
  t.equal((await fetch(`${server.url}/v1/face-liveness/%D1`, { headers: authorization })).status, 400);
});

test('credentials that are not UTF-8 are wrong', async (t) => {
  const { server } = await start(t);
  const basic = async (credentials: Buffer) =>
    (
      await fetch(`${server.url}/v1/identify`, {
        method: 'POST',
        headers: { Authorization: `Basic ${credentials.toString('base64')}` },
      })
    ).status;
  t.equal(await basic(Buffer.from(`${server.user}:${server.password}`)), 400, 'right, without a form');
  t.equal(await basic(latin1(`t\u00e9ster:${server.password}`)), 401);
  t.equal(await basic(Buffer.from(`${server.user}\ufffd:${server.password}`)), 401);
  const token = await fetch(`${server.url}/api/token/`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: 'username=%D1&password=x',
  });
  t.match({ status: token.status, body: await token.json() }, { status: 400, body: { username: [/UTF-8/] } });
});
