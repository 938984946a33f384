import { type Test, test } from 'tap';
import { selfie } from '../fixtures/pictures.js';
import { startTestServer } from '../helper.js';
import { countScans, leaks, openBeside, paths, threeClients } from './clients.js';
import { filePart, hangUp, multipartBody, type RawRequest, sendRaw, textPart } from './raw-requests.js';

test('broken multipart bodies and clients that hang up', async (t) => {
  const server = await startTestServer(t, { TRIFACE_DEADLINE_MS: '3000' });
  const clients = await threeClients(server);
  const store = await openBeside(t, server.dataDir);
  const picture = await selfie();
  const authorizations = {
    apptenticate: `Bearer ${await server.apiToken()}`,
    faceLiveness: server.basic,
    dms: `Bearer ${await server.bearerToken()}`,
  };
  const file = { apptenticate: 'selfie', dms: 'file' } as const;
  const boundary = 'b0undary';
  const multipart = `multipart/form-data; boundary=${boundary}`;
  const texts = [
    [textPart('channel'), 'WEB'],
    [textPart('reference'), 'R'],
  ] as const;
  const request = (contract: 'apptenticate' | 'dms', body: Buffer | string, type = multipart): RawRequest => ({
    path: paths[contract],
    headers: { Authorization: authorizations[contract], 'Content-Type': type },
    body,
  });
  const isJudged = async (t: Test) => {
    t.equal((await clients.apptenticate(picture)).text, '{"valid":true}', 'the next good picture is judged');
    t.match((await clients.faceLiveness(picture)).json, { hasError: false });
    t.match((await clients.dms(picture)).json, { result: 'Real' });
  };

  for (const contract of ['apptenticate', 'dms'] as const) {
    const whole = multipartBody(boundary, [...texts, [filePart(file[contract]), picture]]);
    await t.test(`${contract}: the same body unbroken is judged`, async (t) => {
      t.equal((await sendRaw(server.url, request(contract, whole))).status, 200);
    });
    const many = (count: number) =>
      multipartBody(boundary, [...Array.from({ length: count }, (_, i) => [textPart(`f${i}`), 'x'] as const), ...texts]);
    const manyFiles = multipartBody(boundary, [
      ...texts,
      ...Array.from({ length: 20 }, (_, i) => [filePart(`f${i}`), 'x'] as const),
    ]);
    const part = (headers: string) => multipartBody(boundary, [...texts, [headers, 'x'], [filePart(file[contract]), picture]]);
    const cases: [string, RawRequest, readonly number[]][] = [
      ['cut in the middle of the picture', request(contract, whole.subarray(0, whole.length / 2)), [400]],
      ['cut in the middle of a part’s head', request(contract, whole.subarray(0, 30)), [400]],
      ['the last boundary is missing', request(contract, whole.subarray(0, whole.length - boundary.length - 8)), [400]],
      ['no boundary named', request(contract, whole, 'multipart/form-data'), [400]],
      ['an empty boundary', request(contract, whole, 'multipart/form-data; boundary='), [400]],
      ['another boundary', request(contract, whole, 'multipart/form-data; boundary=another'), [400]],
      ['empty', request(contract, ''), [400]],
      ['a body that is not multipart', request(contract, '{"selfie":"x"}'), [400]],
      ['1000 fields', request(contract, many(1000)), [413]],
      ['20 files', request(contract, manyFiles), [413]],
      ['a field of 100 kB', request(contract, multipartBody(boundary, [[textPart('channel'), 'x'.repeat(100_000)]])), [413]],
      ['a field name of 10 kB', request(contract, part(textPart('n'.repeat(10_000)))), [200, 400, 413]],
      ['a part with 1000 headers', request(contract, part(`${textPart('x')}${'\r\nX-A: b'.repeat(1000)}`)), [200, 400, 413]],
      [
        'a part with a head of 100 kB',
        request(contract, part(`${textPart('x')}\r\nX-A: ${'b'.repeat(100_000)}`)),
        [200, 400, 413],
      ],
      ['a part without a name', request(contract, part('Content-Type: text/plain')), [200, 400]],
      ['a field named __proto__', request(contract, part(textPart('__proto__'))), [400]],
      ['another multipart type', request(contract, whole, `multipart/mixed; boundary=${boundary}`), [415]],
      [
        '2000 headers',
        // without a body: its unread bytes would turn the answer into a connection reset
        { ...request(contract, ''), headers: Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`X-${i}`, 'flood'])) },
        [431],
      ],
    ];
    for (const [name, raw, statuses] of cases) {
      await t.test(`${contract}: ${name}`, async (t) => {
        const { status, text } = await sendRaw(server.url, raw);
        t.ok(statuses.includes(status), `${status} ${text.slice(0, 200)}`);
        t.notMatch(text, leaks);
        if (status === 400 || status === 413) {
          const json = JSON.parse(text);
          if (contract === 'dms') t.match(json, { timestamp: String, status, error: String, message: String, path: paths.dms });
          else t.type(json.detail ?? json.selfie?.[0], 'string');
        }
      });
    }
  }
  await isJudged(t);

  await t.test('hanging up at every stage', async (t) => {
    const before = await countScans(store);
    const base64 = picture.toString('base64');
    const requests: RawRequest[] = [
      request('apptenticate', multipartBody(boundary, [[filePart('selfie'), picture]])),
      request('dms', multipartBody(boundary, [...texts, [filePart('file'), picture]])),
      {
        path: paths.faceLiveness,
        headers: { Authorization: server.basic, 'Content-Type': 'application/json' },
        body: JSON.stringify({ faceImageBase: base64 }),
      },
    ];
    for (const raw of requests) for (const part of [0.001, 0.01, 0.3, 0.9, 0.999]) await hangUp(server.url, raw, part);
    await isJudged(t);
    t.equal(await countScans(store), before + 3, 'what did not come whole was not judged');
    // These arrived completely: they may be judged or dropped, but must not block anything.
    await Promise.all(Array.from({ length: 30 }, (_, i) => hangUp(server.url, requests[i % 3]!, 1)));
    await isJudged(t);
    t.ok((await countScans(store)) <= before + 3 + 30 + 3);
  });

  await t.test('a client that sends less than announced and waits occupies no worker', async (t) => {
    const raw = request('apptenticate', multipartBody(boundary, [[filePart('selfie'), picture]]));
    const slow = sendRaw(server.url, { ...raw, headers: { ...raw.headers, 'Content-Length': raw.body.length + 1000 } });
    await isJudged(t);
    await server.stop();
    t.ok([0, 400, 408, 503].includes((await slow).status), 'and does not keep the server from stopping');
  });
});
