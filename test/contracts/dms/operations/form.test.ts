import { type Test, test } from 'tap';
import { selfie } from '../../../fixtures/pictures.js';
import { form, startTestServer } from '../../../helper.js';
import { type Answer, ask, countScans, openBeside, paths, post, postJson } from '../../clients.js';

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/;

test('the form of check_liveness', async (t) => {
  const server = await startTestServer(t, { TRIFACE_PATH_PREFIX: '/gateway/int', TRIFACE_MAX_IMAGE_BYTES: '400000' });
  const authorization = `Bearer ${await server.bearerToken()}`;
  const url = server.url + paths.dms;
  const file = await selfie();
  const whole = { channel: 'WEB', reference: 'R-1', file };
  const send = (parts: Record<string, string | Buffer>, at = url) => post(at, form(parts), { authorization });
  const isSpring = (t: Test, answer: Answer, status: number, error: string, message: string, path: string = paths.dms) => {
    t.equal(answer.status, status, message);
    t.same(Object.keys(answer.json), ['timestamp', 'status', 'error', 'message', 'path']);
    t.match(answer.json.timestamp, time);
    t.match(answer.json, { status, error, message, path });
  };
  const store = await openBeside(t, server.dataDir);

  await t.test('each path', async (t) => {
    const path = '/v1/check_liveness';
    for (const prefix of ['', '/face-liveness-sdk', '/gateway/int', '/gateway/int/face-liveness-sdk'])
      t.match(await send(whole, server.url + prefix + path), { status: 200, json: { result: 'Real' } }, prefix || 'plain');
    t.equal((await send(whole, `${url}/`)).status, 200, 'with a slash at the end');
    const lost = await send(whole, `${server.url}/gateway${path}`);
    isSpring(t, lost, 404, 'Not Found', 'No endpoint POST /gateway/v1/check_liveness.', '/gateway/v1/check_liveness');
  });

  await t.test('each channel, each kind of reference', async (t) => {
    for (const channel of ['WEB', 'MOBILE', 'OTHER'])
      t.match((await send({ ...whole, channel })).json, { channel, salesChannel: channel });
    for (const channel of ['web', 'Mobile', ' OTHER '])
      t.match((await send({ ...whole, channel })).json, { salesChannel: channel.trim().toUpperCase() }, channel);
    for (const reference of ['0', ' ', 'x'.repeat(256), 'contract № 7 "猫"', "'; drop table scans;--"])
      t.equal((await send({ ...whole, reference })).json.reference, reference);
  });

  await t.test('channel and reference in the query, as Spring’s @RequestParam binds them', async (t) => {
    const query = '?channel=mobile&reference=a%20%C3%B1';
    t.match((await send({ file }, url + query)).json, { channel: 'MOBILE', reference: 'a ñ' });
    t.match((await send(whole, url + query)).json, { channel: 'WEB', reference: 'R-1' }, 'the form comes first');
    t.match((await send({ file, reference: '' }, `${url}?channel=WEB&channel=OTHER&reference=q`)).json, { channel: 'WEB' });
    isSpring(
      t,
      await send({ file, reference: 'r' }, `${url}?channel=FAX`),
      ...([400, 'Bad Request', 'channel must be one of WEB, MOBILE, OTHER'] as const),
    );
  });

  await t.test('missing or invalid fields', async (t) => {
    const before = await countScans(store);
    const notPresent = (name: string) => `Required request parameter '${name}' for method parameter type String is not present`;
    const { channel: _, ...noChannel } = whole;
    const { reference: __, ...noReference } = whole;
    const { file: ___, ...noFile } = whole;
    const cases: [Record<string, string | Buffer>, string][] = [
      [noChannel, notPresent('channel')],
      [{ ...whole, channel: '' }, notPresent('channel')],
      [{ ...whole, channel: 'FAX' }, 'channel must be one of WEB, MOBILE, OTHER'],
      [noReference, notPresent('reference')],
      [{ ...whole, reference: '' }, notPresent('reference')],
      [{ ...whole, reference: 'x'.repeat(257) }, 'reference must be at most 256 characters'],
      [noFile, "Required part 'file' is not present."],
      [{ ...whole, file: 'text' }, "Required part 'file' is not present."],
      [{ ...noFile, image: file }, "Required part 'file' is not present."],
    ];
    for (const [parts, message] of cases) isSpring(t, await send(parts), 400, 'Bad Request', message);
    isSpring(t, await send({ ...whole, file: Buffer.alloc(500_000) }), 413, 'Payload Too Large', 'Maximum upload size exceeded');
    isSpring(
      t,
      await send({ ...whole, file: Buffer.alloc(3_000_000) }),
      413,
      'Payload Too Large',
      'Maximum upload size exceeded',
    );
    const xml = await post(url, '<a/>', { authorization, 'content-type': 'application/xml' });
    isSpring(t, xml, 415, 'Unsupported Media Type', 'Content-Type is not supported');
    const json = await postJson(url, { channel: 'WEB', reference: 'R' }, { authorization });
    isSpring(t, json, 400, 'Bad Request', "Required part 'file' is not present.");
    t.equal(await countScans(store), before, 'none of this was stored');
  });

  await t.test('requests without a token are refused', async (t) => {
    const headers: Record<string, string>[] = [
      {},
      { authorization: server.basic },
      { authorization: 'Bearer' },
      { authorization: 'Bearer garbage' },
      { authorization: `Bearer ${await server.apiToken()}` },
      { authorization: `${authorization.slice(0, -4)}AAAA` },
      { authorization: `${authorization} more` },
    ];
    for (const given of headers) {
      const answer = await post(url, form(whole), given);
      isSpring(t, answer, 401, 'Unauthorized', 'Full authentication is required to access this resource');
      t.equal(answer.headers.get('www-authenticate'), 'Bearer');
    }
  });

  await t.test('unknown paths are answered in Spring’s format', async (t) => {
    isSpring(t, await ask(`${server.url}/nothing?secret=1`), 404, 'Not Found', 'No endpoint GET /nothing.', '/nothing');
  });
});
