import { test } from 'tap';
import { testEach } from '../../../storage/databases.js';
import { addScans, dmsScan, openScanServer } from '../scan-server.js';

testEach('the envelope is identical to Spring’s', async (t, databaseUrl) => {
  const { store, addClient } = await openScanServer(t, { DATABASE_URL: databaseUrl });
  const ana = await addClient('ana', 'One');
  const unsorted = { sorted: false, unsorted: true, empty: true };
  t.same((await ana.get('/v1/face-liveness')).body, {
    content: [],
    pageable: { sort: unsorted, offset: 0, pageNumber: 0, pageSize: 20, paged: true, unpaged: false },
    last: true,
    totalPages: 0,
    totalElements: 0,
    numberOfElements: 0,
    first: true,
    number: 0,
    size: 20,
    sort: unsorted,
    empty: true,
    page: { size: 20, number: 0, totalElements: 0, totalPages: 0 },
  });
  const ids = await addScans(
    store,
    Array.from({ length: 45 }, () => dmsScan(ana)),
  );
  const { status, body } = await ana.get('/v1/face-liveness?page=2&size=20&sort=createdDate,desc');
  t.equal(status, 200);
  const { content, ...envelope } = body;
  const sorted = { sorted: true, unsorted: false, empty: false };
  t.same(envelope, {
    pageable: { sort: sorted, offset: 40, pageNumber: 2, pageSize: 20, paged: true, unpaged: false },
    last: true,
    totalPages: 3,
    totalElements: 45,
    numberOfElements: 5,
    first: false,
    number: 2,
    size: 20,
    sort: sorted,
    empty: false,
    page: { size: 20, number: 2, totalElements: 45, totalPages: 3 },
  });
  t.same(
    content.map((scan: { id: string }) => scan.id),
    ids.slice(0, 5).reverse(),
    'equal moments: the later number first when descending',
  );
  t.same(content[0], (await ana.get(`/v1/face-liveness/${ids[4]}`)).body, 'an element is what GET by id answers');
  t.match((await ana.get('/v1/face-liveness?page=1')).body, { first: false, last: false, number: 1, numberOfElements: 20 });
  const beyond = (await ana.get('/v1/face-liveness?page=9')).body;
  t.match(beyond, { first: false, last: true, empty: true, numberOfElements: 0, totalElements: 45, content: [] });
  t.match((await ana.get('/v1/face-liveness?page=2147483647&size=200')).body, { empty: true, number: 2147483647 });
  t.match((await ana.get('/v1/face-liveness?page=&size=&sort=&reference=')).body, { number: 0, size: 20, sort: unsorted });
});

test('every path, own scans only, and only with the right', async (t) => {
  const { store, addClient, url } = await openScanServer(t, { TRIFACE_PATH_PREFIX: '/gateway' });
  const ana = await addClient('ana', 'One');
  const bob = await addClient('bob', 'Two');
  const eve = await addClient('eve', 'One', ['liveness', 'scans:write']);
  const [id] = await addScans(store, [dmsScan(ana), dmsScan(bob, { reference: 'bob’s' })]);
  for (const prefix of ['', '/face-liveness-sdk', '/gateway', '/gateway/face-liveness-sdk']) {
    const { status, body } = await ana.get(`${prefix}/v1/face-liveness`);
    t.equal(status, 200, prefix);
    t.same(
      body.content.map((scan: { id: string }) => scan.id),
      [id],
    );
    t.equal((await ana.put(`${prefix}/v1/face-liveness/${id}`, {})).status, 200, `PUT below ${prefix}`);
    t.equal((await ana.raw(`${prefix}/v1/face-liveness/export`)).status, 200, `export below ${prefix}`);
  }
  t.equal((await ana.get('/v1/face-liveness?reference=bob’s')).body.totalElements, 0);
  t.match(await eve.get('/v1/face-liveness'), {
    status: 403,
    body: { status: 403, error: 'Forbidden', path: '/v1/face-liveness' },
  });
  t.equal((await eve.raw('/v1/face-liveness/export')).status, 403);
  const nobody = await fetch(`${url}/v1/face-liveness`);
  t.equal(nobody.status, 401);
  t.match(nobody.headers.get('www-authenticate'), /^Bearer/);
});

testEach('filters', async (t, databaseUrl) => {
  const { store, addClient } = await openScanServer(t, { DATABASE_URL: databaseUrl });
  const ana = await addClient('ana', 'One');
  const day = Date.parse('2026-03-01T00:00:00Z');
  const kinds = [
    { reference: 'a', result: 'Real', channel: 'WEB' },
    { reference: 'a', result: 'Spoof', channel: 'MOBILE' },
    { reference: 'b', result: 'Real', channel: 'MOBILE' },
    { reference: null, result: 'No face', channel: null },
  ];
  await addScans(
    store,
    kinds.map((kind) => dmsScan(ana, kind)),
    (index) => day + index * 3_600_000,
  );
  const found = async (query: string) => {
    const { body } = await ana.get(`/v1/face-liveness?${query}`);
    t.equal(body.totalElements, body.content.length, `the total of ${query}`);
    return body.content.map((scan: { createdDate: string }) => (Date.parse(scan.createdDate) - day) / 3_600_000);
  };
  t.same(await found('reference=a'), [0, 1]);
  t.same(await found('reference=A'), []);
  t.same(await found('result=Real'), [0, 2]);
  t.same(await found('result=No%20face'), [3]);
  t.same(await found('salesChannel=MOBILE&sort=createdDate,desc'), [2, 1]);
  t.same(await found('salesChannel=MOBILE&result=Real'), [2]);
  t.same(await found('salesChannel=mobile'), [1, 2], 'in any letter case');
  t.same(await found('salesChannel=Web'), [0]);
  t.same(await found('reference=a&result=Spoof&salesChannel=MOBILE&createdFrom=2026-03-01T01:00:00Z'), [1]);
  t.same(await found('createdFrom=2026-03-01T01:00:00Z&createdTo=2026-03-01T02:00:00.000Z'), [1, 2], 'both ends count');
  t.same(await found('createdFrom=2026-03-01T03:00:00.000%2B02:00&createdTo=2026-03-01T02:00:00.000+00:00'), [1, 2]);
  t.same(await found('createdFrom=2026-03-01&createdTo=2026-03-01'), [0, 1, 2, 3], 'a date is the whole day');
  t.same(await found('createdTo=2026-02-28'), []);
  t.same(await found("reference=a' or '1'='1"), []);
  t.same(await found('reference=a%00'), [0, 1], 'without NUL, as it is stored');
});

test('impossible queries are 400 in Spring’s format', async (t) => {
  const { addClient } = await openScanServer(t);
  const ana = await addClient('ana', 'One');
  const cases = [
    ['sort=nonsense', /No property 'nonsense' found/],
    ['sort=createdDate,up', /No property 'up' found/],
    ['sort=detail', /No property 'detail' found/],
    ['sort=reference,ignorecase,desc', /No property 'ignorecase' found/],
    ['sort=reference&sort=x,ignorecase', /No property 'x' found/],
    ['sort=Reference', /No property 'Reference' found/],
    ['createdFrom=yesterday', /'createdFrom'/],
    ['createdTo=2026-02-30', /'createdTo'/],
    ['createdTo=2026-03-01T10:00:00', /'createdTo'/],
    ['createdTo=2026-03-01T25:00:00Z', /'createdTo'/],
    ['reference=a&reference=b', /'reference'/],
  ] as const;
  for (const [query, message] of cases) {
    const { status, body } = await ana.get(`/v1/face-liveness?${query}`);
    t.equal(status, 400, query);
    t.match(body, { status: 400, error: 'Bad Request', message, path: '/v1/face-liveness' }, query);
    t.match(body.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/);
  }
});

testEach('sort: several fields, Spring’s spellings, nulls', async (t, databaseUrl) => {
  const { store, addClient } = await openScanServer(t, { DATABASE_URL: databaseUrl });
  const ana = await addClient('ana', 'One');
  const scores = [0.5, null, 0.9, 0.5];
  await addScans(
    store,
    scores.map((livenessScore, index) => dmsScan(ana, { livenessScore, reference: String(index), small: index < 2 })),
  );
  const order = async (query: string) =>
    (await ana.get(`/v1/face-liveness?${query}`)).body.content.map((scan: { reference: string }) => scan.reference).join('');
  t.equal(await order(''), '0123');
  t.equal(await order('sort=livenessScore'), '1032', 'nulls first, equals as made');
  t.equal(await order('sort=livenessScore,DESC'), '2301', 'the exact reverse');
  t.equal(await order('sort=small,desc&sort=livenessScore,asc'), '1032');
  t.equal(await order('sort=small,livenessScore,desc'), '0123', 'one direction for both');
  t.equal(await order('sort=companyId,desc&sort=reference,desc'), '3210');
  t.equal(await order('sort=livenessScore,asc&sort=livenessScore,desc'), '1032', 'the first mention counts');
});

test('paging is never refused: it is clamped, or the default, as by Spring Data', async (t) => {
  const { store, addClient } = await openScanServer(t);
  const ana = await addClient('ana', 'One');
  await addScans(
    store,
    Array.from({ length: 205 }, () => dmsScan(ana)),
  );
  const cases: readonly [query: string, number: number, size: number][] = [
    ['page=x', 0, 20],
    ['page=-1', 0, 20],
    ['page=1.5', 0, 20],
    ['page=%2B1', 1, 20],
    ['page=2147483648', 0, 20],
    ['page=1&page=2', 1, 20],
    ['page=&page=2', 0, 20],
    ['page=null&size=null', 0, 20],
    ['size=0', 0, 20],
    ['size=-5', 0, 20],
    ['size=1e2', 0, 20],
    ['size=ten', 0, 20],
    ['size=99999999999999999999', 0, 20],
    ['size=201', 0, 200],
    ['size=2000&page=1', 1, 200],
    ['size=2147483647', 0, 200],
    ['size=5&size=7', 0, 5],
    ['size=007', 0, 7],
  ];
  for (const [query, number, size] of cases) {
    const { status, body } = await ana.get(`/v1/face-liveness?${query}`);
    t.match({ status, ...body }, { status: 200, number, size, page: { number, size }, pageable: { pageNumber: number } }, query);
    t.equal(body.content.length, Math.min(size, 205 - number * size), `the elements of ${query}`);
  }
});

testEach('sort: ignorecase folds the letters of texts, in Spring’s positions', async (t, databaseUrl) => {
  const { store, addClient } = await openScanServer(t, { DATABASE_URL: databaseUrl });
  const ana = await addClient('ana', 'One');
  const references = ['b', 'A', 'a', 'B', 'Éa', 'éB', 'Ñ', 'ñ', null];
  await addScans(
    store,
    references.map((reference, index) => dmsScan(ana, { reference, quality: String(index), small: index < 2 })),
  );
  const order = async (query: string) => {
    const { status, body } = await ana.get(`/v1/face-liveness?${query}`);
    t.equal(status, 200, query);
    return body.content.map((scan: { quality: string }) => scan.quality).join('');
  };
  const bytes = await order('sort=reference');
  t.equal(bytes, '813204657', 'without it, by bytes');
  const folded = '812034567';
  t.equal(await order('sort=reference,ignorecase'), folded);
  for (const parameter of [
    'reference,asc,ignorecase',
    'reference,ASC,IgnoreCase',
    'reference,Asc,IGNORECASE',
    'reference,ignoreCase',
  ])
    t.equal(await order(`sort=${parameter}`), folded, parameter);
  t.equal(await order('sort=reference,desc,ignorecase'), [...folded].reverse().join(''));
  t.equal(await order('sort=small,reference,asc,ignorecase'), '823456710');
  t.equal(await order('sort=small,desc,ignorecase&sort=reference,ignorecase'), '108234567', 'other types as usual');
  t.equal(await order('sort=reference,ignorecase&size=4&page=1'), folded.slice(4, 8));
  t.equal(await order('sort=reference,ignorecase&size=4&page=2'), folded.slice(8), 'read from the other end');
  const unsorted = '012345678';
  for (const query of [
    'sort=',
    'sort=,',
    'sort=,,&sort=',
    'sort=%20',
    'sort=desc',
    'sort=ignorecase',
    'sort=asc,ignorecase',
    'sort=.',
  ])
    t.equal(await order(query), unsorted, query);
  t.equal(await order('sort=created,DESC'), '876543210');
});
