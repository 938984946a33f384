import { test } from 'tap';
import { selfie } from '../../../fixtures/pictures.js';
import { form } from '../../../helper.js';
import { testEach } from '../../../storage/databases.js';
import { addScans, dmsScan, openScanServer } from '../scan-server.js';

testEach(
  'a checked picture is read, corrected, found and sorted as corrected; what the engine saw stays',
  async (t, databaseUrl) => {
    const { store, addClient } = await openScanServer(t, { DATABASE_URL: databaseUrl });
    const ana = await addClient('ana', 'One');
    const editor = await addClient('editor', 'One', ['scans:write', 'scans:read']);
    const sent = await ana.raw('/face-liveness-sdk/v1/check_liveness', {
      method: 'POST',
      body: form({ channel: 'WEB', reference: 'contract 7', file: await selfie() }),
    });
    t.equal(sent.status, 200);
    // biome-ignore lint/suspicious/noExplicitAny: the entity as it came
    const posted = (await sent.json()) as any;
    const path = `/v1/face-liveness/${posted.id}`;
    const read = await ana.get(path);
    t.same(read.body, posted, 'GET answers what POST did');
    t.equal(read.headers.get('etag'), '"1"');
    t.same((await ana.get('/v1/face-liveness?reference=contract%207')).body.content, [posted]);

    const entity = {
      ...posted,
      ...{ id: 'other', companyId: 5, createdDate: 'x', updatedDate: null, createdById: [], updatedById: false },
      ...{
        result: 'Spoof',
        salesChannel: 'KIOSK',
        livenessScore: 0.25,
        eyeClosed: null,
        reference: 'contract 8',
        elapsedTime: 2,
      },
      ...{
        mouthOpened: true,
        luminance: 'Dark',
        quality: 'Low',
        boundaryFace: true,
        notFront: true,
        occluded: true,
        small: true,
      },
    };
    const before = Date.now();
    const { status, body, headers } = await editor.put(path, entity);
    t.equal(status, 200);
    t.equal(headers.get('etag'), '"2"');
    // The database's clock is known to half a round trip only, which is long on a busy machine.
    t.ok(Math.abs(Date.parse(body.updatedDate) - before) < 60_000, 'now');
    t.not(body.updatedDate, posted.createdDate);
    t.same(body, {
      ...entity,
      eyeClosed: posted.eyeClosed,
      ...{ id: posted.id, companyId: ana.companyId, createdDate: posted.createdDate, createdById: ana.accountId },
      ...{ updatedById: editor.accountId, updatedDate: body.updatedDate, channel: 'KIOSK' },
      face_state: posted.face_state,
      faces: posted.faces,
    });
    t.same((await ana.get(path)).body, body);
    const totals = async (query: string) => (await ana.get(`/v1/face-liveness?${query}`)).body.totalElements;
    t.equal(await totals('reference=contract%207'), 0);
    t.equal(await totals('reference=contract%208&result=Spoof&salesChannel=KIOSK'), 1);
    t.equal(await totals('result=Spoof'), 1);
    t.equal(await totals('result=Real'), 0);
    t.equal(await totals('salesChannel=WEB'), 0);
    t.equal(await totals(''), 1);
    const kept = await store.db.selectFrom('scans').selectAll().executeTakeFirstOrThrow();
    t.match(
      kept,
      { reference: 'contract 7', channel: 'WEB', livenessScore: posted.livenessScore },
      'the observation is not overwritten',
    );
    t.same((await editor.put(path, { salesChannel: null })).body.result, 'Spoof', 'what is not sent stays');
  },
);

test('types, ids and rights', async (t) => {
  const { store, addClient, url } = await openScanServer(t);
  const ana = await addClient('ana', 'One');
  const bob = await addClient('bob', 'Two');
  const reader = await addClient('reader', 'One', ['scans:read', 'liveness']);
  const [id] = await addScans(store, [dmsScan(ana)]);
  const path = `/v1/face-liveness/${id}`;
  const wrong: [string, unknown][] = [
    ['salesChannel', 'x'.repeat(257)],
    ['reference', {}],
    ['elapsedTime', false],
    ['elapsedTime', 'soon'],
    ['livenessScore', true],
    ['livenessScore', 'NaN'],
    ['livenessScore', 'Infinity'],
    ['livenessScore', '1e999'],
    ['livenessScore', '0,5'],
    ['livenessScore', [0.5]],
    ['eyeClosed', 'yes'],
    ['eyeClosed', 'tRUE'],
    ['mouthOpened', 0.5],
    ['luminance', []],
    ['notFront', 'no'],
    ['occluded', {}],
    ['small', []],
  ];
  const before = (await ana.get(path)).body;
  for (const [field, value] of wrong) {
    const { status, body } = await ana.put(path, { quality: 'Low', [field]: value });
    t.equal(status, 400, `${field} ${JSON.stringify(value)?.slice(0, 20)}`);
    t.match(body, { status: 400, error: 'Bad Request', path });
    t.ok(body.message.includes(field), body.message);
  }
  t.match(await ana.put(path, '{"livenessScore":1e999}'), { status: 400, body: { message: /livenessScore/ } });
  t.match(await ana.put(path, '{"result":'), { status: 400, body: { status: 400 } });
  t.match(await ana.put(path, '[]'), { status: 400 });
  t.match(await ana.put(path, 'null'), { status: 400 });
  t.match(await ana.put(path, 'result=Real', { 'content-type': 'application/x-www-form-urlencoded' }), { status: 415 });
  t.same((await ana.get(path)).body, before, 'nothing of it was done');
  t.match(await ana.put('/v1/face-liveness/nonsense', {}), { status: 400, body: { message: /UUID/ } });
  t.match(await ana.put('/v1/face-liveness/00000000-0000-4000-8000-000000000000', {}), { status: 404 });
  t.match(await bob.put(path, { result: 'Real' }), { status: 404 }, 'another company’s');
  t.match(await bob.get(path), { status: 404 });
  t.match(await reader.put(path, {}), { status: 403, body: { status: 403, error: 'Forbidden' } });
  t.equal((await fetch(url + path, { method: 'PUT' })).status, 401);
  t.equal((await ana.put(path, { reference: 'a\0b' })).body.reference, 'ab');
});

testEach('If-Match: a stale version is 412, and of many at once exactly one wins', async (t, databaseUrl) => {
  const { store, addClient } = await openScanServer(t, { DATABASE_URL: databaseUrl });
  const ana = await addClient('ana', 'One');
  const [id] = await addScans(store, [dmsScan(ana)]);
  const path = `/v1/face-liveness/${id}`;
  const tag = (await ana.get(path)).headers.get('etag')!;
  t.equal((await ana.put(path, { quality: 'High' }, { 'if-match': tag })).status, 200);
  const stale = await ana.put(path, { quality: 'Low' }, { 'if-match': tag });
  t.match(stale, { status: 412, body: { status: 412, error: 'Precondition Failed' } });
  t.equal((await ana.put(path, {}, { 'if-match': 'W/"2"' })).status, 412, 'a weak tag never matches');
  t.equal((await ana.put(path, {}, { 'if-match': '"9", "2"' })).status, 200);
  t.equal((await ana.put(path, {}, { 'if-match': '*' })).status, 200);
  t.equal((await ana.get(path)).body.quality, 'High');
  const current = (await ana.get(path)).headers.get('etag')!;
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => ana.put(path, { result: `r${index}` }, { 'if-match': current })),
  );
  t.equal(answers.filter(({ status }) => status === 200).length, 1);
  t.equal(answers.filter(({ status }) => status === 412).length, 19);
});

testEach('without If-Match the last write wins as a whole, and the counts stay correct', async (t, databaseUrl) => {
  const { store, addClient } = await openScanServer(t, { DATABASE_URL: databaseUrl });
  const ana = await addClient('ana', 'One');
  const [id] = await addScans(store, [dmsScan(ana), dmsScan(ana)]);
  const path = `/v1/face-liveness/${id}`;
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      ana.put(path, { result: `r${index}`, quality: `q${index}`, salesChannel: `c${index}` }),
    ),
  );
  t.ok(answers.every(({ status }) => status === 200));
  for (const { body } of answers)
    t.equal(`q${body.result.slice(1)} c${body.result.slice(1)}`, `${body.quality} ${body.salesChannel}`);
  const { body, headers } = await ana.get(path);
  t.equal(headers.get('etag'), '"41"', 'none was lost');
  const last = answers.find((answer) => answer.headers.get('etag') === '"41"');
  t.same(body, last?.body);
  t.ok(answers.every((answer) => answer.body.updatedDate <= body.updatedDate));
  t.equal((await ana.get('/v1/face-liveness')).body.totalElements, 2);
  t.equal((await ana.get(`/v1/face-liveness?result=${body.result}`)).body.totalElements, 1);
  const counts = await store.db.selectFrom('scanCounts').select(['result', 'count']).where('count', '!=', 0).execute();
  t.equal(counts.length, 2);
});

test('PUT converts as Jackson does', async (t) => {
  const { store, addClient } = await openScanServer(t);
  const ana = await addClient('ana', 'One');
  const [id] = await addScans(store, [dmsScan(ana, { livenessScore: 0.75, eyeClosed: true })]);
  const path = `/v1/face-liveness/${id}`;
  const cases: readonly [field: string, json: string, stored: unknown][] = [
    ['eyeClosed', '"false"', false],
    ['eyeClosed', '"TRUE"', true],
    ['eyeClosed', '" False "', false],
    ['eyeClosed', '1', true],
    ['eyeClosed', '0', false],
    ['livenessScore', '"0.5"', 0.5],
    ['livenessScore', '"1e-3"', 0.001],
    ['livenessScore', '" 5 "', 5],
    ['livenessScore', '".5d"', 0.5],
    ['elapsedTime', '3', 3],
    ['elapsedTime', '"-0.25"', -0.25],
    ['reference', '5', '5'],
    ['reference', '110101199003074514', '110101199003074514'],
    ['reference', '1.50', '1.50'],
    ['reference', 'true', 'true'],
    ['reference', '""', ''],
    ['reference', '"null"', 'null'],
    ['salesChannel', '"mobile"', 'MOBILE'],
    ['salesChannel', '"Kiosk"', 'Kiosk'],
  ];
  for (const [field, json, stored] of cases) {
    const { status, body } = await ana.put(path, `{"${field}":${json}}`);
    t.equal(status, 200, `${field} ${json}`);
    t.equal(body[field], stored, `${field} ${json}`);
  }
  const before = (await ana.get(path)).body;
  for (const json of ['null', '""', '"  "', '"null"'])
    for (const field of ['eyeClosed', 'livenessScore', 'elapsedTime'])
      t.equal((await ana.put(path, `{"${field}":${json}}`)).body[field], before[field], `${field} ${json} changes nothing`);
});

test('what a typed client reads and writes back loses nothing', async (t) => {
  const { store, addClient } = await openScanServer(t);
  const ana = await addClient('ana', 'One');
  const summary = { livenessScore: 0.75, eyeClosed: false, mouthOpened: true, quality: 'High', luminance: 'Dark', small: false };
  const [id, empty] = await addScans(store, [dmsScan(ana, { ...summary, result: 'Spoof' }), dmsScan(ana)]);
  const withoutTime = ({ updatedDate: _, ...others }: Record<string, unknown>) => others;
  for (const scan of [id, empty]) {
    const path = `/v1/face-liveness/${scan}`;
    const before = (await ana.get(path)).body;
    t.same(withoutTime((await ana.put(path, before)).body), withoutTime(before), 'the entity as it came');
    const nulls = Object.fromEntries(Object.keys(before).map((name) => [name, null]));
    t.same(withoutTime((await ana.put(path, nulls)).body), withoutTime(before), 'an entity of nulls');
    const changed = (await ana.put(path, { ...nulls, result: 'Real', elapsedTime: 0.1 })).body;
    t.same(withoutTime(changed), withoutTime({ ...before, result: 'Real', elapsedTime: 0.1 }), 'nulls, and two values');
  }
});
