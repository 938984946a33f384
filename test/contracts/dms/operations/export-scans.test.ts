import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { disarmFormulas } from '../../../../src/base/disarm-formulas.js';
import { runCommand } from '../../../commands/run-command.js';
import { repetitions } from '../../../repetitions.js';
import { testEach } from '../../../storage/databases.js';
import { addScans, dmsScan, openScanServer } from '../scan-server.js';

/** Runs `triface …` on this data. */
const run = ({ dataDir, databaseUrl }: { dataDir: string; databaseUrl: string }, args: string[]) =>
  runCommand(args, { DATA_DIR: dataDir, DATABASE_URL: databaseUrl });

/** RFC 4180, as a spreadsheet reads it. */
function readCsv(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain!);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

testEach(
  'export: what GET answers, by HTTP and by command, in the order it was made, safe for spreadsheets',
  async (t, databaseUrl) => {
    const { store, addClient, dataDir } = await openScanServer(t, { DATABASE_URL: databaseUrl });
    const ana = await addClient('ana', 'One');
    const bob = await addClient('bob', 'Two');
    const day = Date.parse('2026-03-01T00:00:00Z');
    const references = [
      'plain',
      '=1+1',
      '+1',
      '-1',
      '@SUM(A1)',
      '\t=1',
      'x;=1+1;y',
      'a "quoted", one\r\nof two lines',
      "'",
      null,
      'é\u{1F600}',
    ];
    const ids = await addScans(
      store,
      references.map((reference) => dmsScan(ana, { reference, livenessScore: 0.25, small: true })),
      // the last one is dated as the oldest
      (index) => (index === references.length - 1 ? day - 1 : day + index),
    );
    await addScans(store, [dmsScan(bob)]);
    const order = [ids.at(-1)!, ...ids.slice(0, -1)];

    const lines = await ana.raw('/v1/face-liveness/export?format=ndjson');
    t.equal(lines.headers.get('content-type'), 'application/x-ndjson');
    const objects = (await lines.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    t.same(
      objects.map((object) => object.id),
      order,
    );
    t.same(objects[0], (await ana.get(`/v1/face-liveness/${order[0]}`)).body);

    const answer = await ana.raw('/v1/face-liveness/export');
    t.match(answer.headers.get('content-type'), /^text\/csv/);
    t.match(answer.headers.get('content-disposition'), /attachment; filename="face-liveness\.csv"/);
    // Not by `text()`, which removes the mark.
    const csv = Buffer.from(await answer.arrayBuffer()).toString();
    t.equal(csv[0], '\ufeff', 'the UTF-8 mark, for Excel');
    t.equal(Buffer.from(await (await ana.raw('/v1/face-liveness/export?bom=FALSE')).arrayBuffer()).toString(), csv.slice(1));
    const [header, ...rows] = readCsv(csv.slice(1));
    t.same(
      rows.map((row) => row[0]),
      order,
    );
    const column = (name: string) => rows.map((row) => row[header!.indexOf(name)]);
    const shown = references.map((reference) => disarmFormulas(reference ?? ''));
    t.ok(shown.includes("'=1+1") && shown.includes("x;'=1+1;y"));
    t.same(column('reference'), [shown.at(-1), ...shown.slice(0, -1)]);
    t.same(new Set(column('livenessScore')), new Set(['0.25']));
    t.same(new Set(column('small')), new Set(['true']));
    t.same(new Set(column('companyId')), new Set([ana.companyId]));
    for (const row of rows) for (const value of row) t.notMatch(value, /^[=+\-@]/);

    const part = 'format=ndjson&createdFrom=2026-03-01T00:00:00.002Z&createdTo=2026-03-01T00:00:00.004Z';
    const some = (await (await ana.raw(`/v1/face-liveness/export?${part}`)).text()).trimEnd().split('\n');
    t.same(
      some.map((line) => JSON.parse(line).id),
      ids.slice(2, 5),
    );
    for (const query of ['format=xml', 'bom=1', 'createdFrom=x', 'format=csv&format=csv'])
      t.match(await ana.get(`/v1/face-liveness/export?${query}`), { status: 400, body: { path: '/v1/face-liveness/export' } });

    t.match(await run({ dataDir, databaseUrl }, ['scans', 'export', '--company', 'One']), { status: 0, out: csv, err: '' });
    t.equal((await run({ dataDir, databaseUrl }, ['scans', 'export', '--company', 'One', '--no-bom'])).out, csv.slice(1));
    const fromCommand = await run({ dataDir, databaseUrl }, [
      ...['scans', 'export', '--company', 'One', '--format', 'ndjson'],
      ...['--from', '2026-03-01T00:00:00.002Z', '--to', '2026-03-01T00:00:00.004Z'],
    ]);
    t.equal(fromCommand.out, `${some.join('\n')}\n`);
    t.match(await run({ dataDir, databaseUrl }, ['scans', 'export', '--company', 'Nobody']), {
      status: 1,
      err: /there is no company "Nobody"/,
    });
    t.match(await run({ dataDir, databaseUrl }, ['scans', 'export', '--company', 'One', '--from', 'x']), {
      status: 1,
      err: /^triface: --from: "x" is neither a date/,
    });
  },
);

testEach(
  'an export of many batches has each scan once; a client that hangs up ends it; inserts meanwhile stay out',
  async (t, databaseUrl) => {
    const { store, addClient, url } = await openScanServer(t, { DATABASE_URL: databaseUrl });
    const ana = await addClient('ana', 'One');
    const ids = await addScans(
      store,
      Array.from({ length: repetitions(634, 1234) }, () => dmsScan(ana)),
      // many at the same moment
      (index) => 1000 + Math.floor(index / 250),
    );
    for (const format of ['csv', 'ndjson']) {
      const response = await ana.raw(`/v1/face-liveness/export?format=${format}`);
      const found = (await response.text()).match(/^(?:\{"id":")?[0-9a-f]{8}-[0-9a-f-]{27}/gm)!.map((line) => line.slice(-36));
      t.same(found, ids, format);
    }
    // not with fetch: after an abort it opens an unused connection, for which the stopping server waits a minute
    const request = get(`${url}/v1/face-liveness/export?format=ndjson`, {
      agent: false,
      headers: { authorization: ana.authorization },
    });
    const [half] = (await once(request, 'response')) as [IncomingMessage];
    await once(half, 'data');
    half.on('error', () => {});
    request.destroy();
    t.equal((await ana.get('/v1/face-liveness')).body.totalElements, ids.length, 'the server goes on');
  },
);

testEach('an export takes the filters of the list, and nothing that it does not know', async (t, databaseUrl) => {
  const { store, addClient, dataDir } = await openScanServer(t, { DATABASE_URL: databaseUrl });
  const ana = await addClient('ana', 'One');
  const bob = await addClient('bob', 'Two');
  const results = ['Real', 'Spoof', 'No face'];
  const channels = ['WEB', 'MOBILE', null];
  const ids = await addScans(
    store,
    Array.from({ length: 540 }, (_, index) =>
      dmsScan(ana, { reference: `r${index % 5}`, result: results[index % 3]!, channel: channels[index % 4] ?? null }),
    ),
    // not in the order of their numbers
    (index) => Date.parse('2026-03-01T00:00:00Z') + ((index * 7) % 540) * 1000,
  );
  await addScans(store, [dmsScan(bob, { reference: 'r1' })]);
  await ana.put(`/v1/face-liveness/${ids[3]}`, { reference: 'r1', result: 'Real', salesChannel: 'WEB' });
  const exported = async (query: string, format = 'ndjson') => {
    const text = await (await ana.raw(`/v1/face-liveness/export?bom=false&format=${format}&${query}`)).text();
    return format === 'csv'
      ? readCsv(text)
          .slice(1)
          .map(([id]) => id)
      : text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line).id as string);
  };
  const listed = async (query: string) => {
    const found: string[] = [];
    for (let page = 0; ; page++) {
      const { body } = await ana.get(`/v1/face-liveness?size=200&page=${page}&sort=createdDate,asc&${query}`);
      found.push(...body.content.map(({ id }: { id: string }) => id));
      if (body.last) return found;
    }
  };
  for (const query of [
    'reference=r1',
    'reference=nobody',
    'result=Spoof',
    'salesChannel=WEB',
    'salesChannel=web&result=Real&reference=r1',
    'result=No%20face&createdFrom=2026-03-01T00:01:00Z&createdTo=2026-03-01T00:05:00Z',
    'createdFrom=2026-03-01T00:01:00Z',
    'reference=',
  ]) {
    const expected = await listed(query);
    t.same(await exported(query), expected, `${query}: ${expected.length} scans`);
    t.same(await exported(query, 'csv'), expected, `${query} as CSV`);
  }
  t.equal((await exported('reference=r1')).length, 109);

  for (const [query, name] of [
    ['refrence=r1', 'refrence'],
    ['reference=r1&page=0', 'page'],
    ['sort=result', 'sort'],
  ] as const)
    t.match(await ana.get(`/v1/face-liveness/export?${query}`), {
      status: 400,
      body: {
        message: `Unknown parameter '${name}'. The export takes: format, bom, reference, result, salesChannel, createdFrom, createdTo`,
      },
    });
  t.equal((await ana.get('/v1/face-liveness/export?reference=r1&reference=r2')).status, 400);

  const command = ['scans', 'export', '--company', 'One', '--format', 'ndjson'];
  const filters = ['--reference', 'r1', '--result', 'Real', '--channel', 'web'];
  const { out } = await run({ dataDir, databaseUrl }, [...command, ...filters]);
  const fromCommand = out.trimEnd().split('\n');
  t.same(
    fromCommand.map((line) => JSON.parse(line).id),
    await listed('reference=r1&result=Real&salesChannel=WEB'),
  );
  const records = await store.db.selectFrom('auditEvents').select('detail').where('action', '=', 'scan.export').execute();
  t.match(JSON.parse(records.at(-1)!.detail), { format: 'ndjson', ofOneReference: true, ofOneResult: true, ofOneChannel: true });
  for (const { detail } of records) t.notMatch(detail, /r1|nobody/, 'no reference: it may name a person');
});

testEach(
  'erasure by reference, by command, beside the running server: also what was given the reference later',
  async (t, databaseUrl) => {
    const { store, addClient, dataDir } = await openScanServer(t, { DATABASE_URL: databaseUrl });
    const ana = await addClient('ana', 'One');
    const bob = await addClient('bob', 'Two');
    const [asMade, renamed, takenOver] = await addScans(store, [
      dmsScan(ana, { reference: 'person 1' }),
      dmsScan(ana, { reference: 'person 1' }),
      dmsScan(ana, { reference: 'person 2' }),
      dmsScan(ana, { reference: 'person 3' }),
      dmsScan(bob, { reference: 'person 1' }),
    ]);
    await ana.put(`/v1/face-liveness/${renamed}`, { reference: 'somebody else' });
    await ana.put(`/v1/face-liveness/${takenOver}`, { reference: 'person 1' });
    const erased = await run({ dataDir, databaseUrl }, ['scans', 'erase', '--company', 'One', '--reference', 'person 1']);
    t.match(erased, { status: 0, out: 'erased 3 scans\n  dms: 3\n', err: '' });
    for (const id of [asMade, renamed, takenOver]) t.equal((await ana.get(`/v1/face-liveness/${id}`)).status, 404);
    t.equal((await ana.get('/v1/face-liveness')).body.totalElements, 1);
    t.equal((await bob.get('/v1/face-liveness')).body.totalElements, 1);
    t.match(await run({ dataDir, databaseUrl }, ['scans', 'erase', '--company', 'One', '--reference', 'person 1']), {
      out: 'erased 0 scans\n',
    });
    t.match(await run({ dataDir, databaseUrl }, ['scans', 'erase', '--company', 'One']), { status: 1, err: /--reference/ });

    t.match(await run({ dataDir, databaseUrl }, ['user', 'retention', 'ana', '7']), {
      status: 0,
      out: /ana are kept for 7 days/,
    });
    t.match((await run({ dataDir, databaseUrl }, ['user', 'list'])).out, /ana .*scans kept (for )?7 days/);
    t.match(await run({ dataDir, databaseUrl }, ['user', 'retention', 'ana', 'default']), { status: 0 });
    t.notMatch((await run({ dataDir, databaseUrl }, ['user', 'list'])).out, /scans kept/);
    t.match(await run({ dataDir, databaseUrl }, ['user', 'retention', 'ana', 'soon']), { status: 1, err: /whole number/ });
  },
);
