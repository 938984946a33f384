import { decodeJwt } from 'jose';
import { test } from 'tap';
import { parse } from 'yaml';
import { RIGHTS, type Right } from '../../../src/base/settings/rights.js';
import { generateOpenApi } from '../../../src/commands/openapi.js';
import { selfie } from '../../fixtures/pictures.js';
import { form, startTestServer } from '../../helper.js';
import { attachRecognizer, type Parts, startRecognizer } from '../apptenticate/recognizer.js';
import { post, postJson } from '../clients.js';
import { type Operation, operations, type Scheme, type Sent } from './operations.js';
import { loginToContractA, loginToContractC, storeData } from './stored-data.js';

/** Every operation of openapi.yaml as METHOD and path, with its row. */
async function listOperations(): Promise<(readonly [string, Operation | undefined])[]> {
  const { paths } = parse(await generateOpenApi()) as { paths: Record<string, Record<string, unknown>> };
  const names = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item)
      .filter((key) => ['get', 'post', 'put', 'patch', 'delete'].includes(key))
      .map((method) => `${method.toUpperCase()} ${path}`),
  );
  return names.map((name) => {
    const rows = operations.filter((operation) => operation.name.test(name));
    if (rows.length > 1) throw new Error(`${name} has several rows`);
    return [name, rows[0]] as const;
  });
}

/** The refusal of each contract. */
const refusals: Readonly<Record<string, object>> = {
  '/api/v1/': { hasError: true, error: 'FORBIDDEN' },
  '/api/': { detail: 'You do not have permission to perform this action.' },
  '/triface/v1/': { error: 'forbidden', message: /the account lacks the right/ },
  '/v1/identify': { error: 'forbidden', message: /the account lacks the right/ },
  '': { status: 403, error: 'Forbidden', message: 'Access Denied' },
};
const refusalOf = (path: string): object => refusals[Object.keys(refusals).find((start) => path.startsWith(start))!]!;

async function request(url: string, name: string, authorization: string | undefined, { at = {}, query = '', body }: Sent) {
  const [method, path] = name.split(' ') as [string, string];
  const filled = path.replace(/{(\w+)}/g, (_, key: string) => String({ realm: 'triface', ...at }[key] ?? 'x'));
  const headers = {
    ...(authorization ? { authorization } : {}),
    ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
  };
  const answer = await fetch(url + filled + query, {
    method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
}

/** A body that no operation accepts: a caller without the right must be refused before it is read. */
const garbage = (name: string): Sent => (/^(POST|PUT|PATCH)/.test(name) ? { body: '{' } : {});

test('every operation with no right, each right alone, and all rights', async (t) => {
  const recognizer = await attachRecognizer(t, await startTestServer(t));
  const { server, addAccount } = recognizer;
  const data = await storeData(recognizer);
  const listed = await listOperations();
  t.same(
    listed.filter(([, row]) => !row).map(([name]) => name),
    [],
    'every operation of openapi.yaml has a row',
  );
  t.same(
    operations.filter((row) => !listed.some(([, used]) => used === row)).map(({ name }) => String(name)),
    [],
    'every row has an operation',
  );
  const sets: [string, readonly Right[]][] = [
    ['none', []],
    ...RIGHTS.map((right) => [right, [right]] as [string, Right[]]),
    ['all', RIGHTS],
  ];
  for (const [title, rights] of sets)
    await t.test(title, async (t) => {
      const username = `account-${title.replace(':', '-')}`;
      await addAccount({ username, rights });
      const { password, url } = server;
      const credentials: Record<Scheme, string | undefined> = {
        a: `Bearer ${await loginToContractA(url, username, password)}`,
        c: `Bearer ${await loginToContractC(url, username, password)}`,
        basic: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
        public: undefined,
      };
      for (const [name, row] of listed) {
        if (!row) continue;
        const lacking = row.needs.filter((right) => !rights.includes(right));
        const sent = lacking.length > 0 ? garbage(name) : ((await row.send?.(data, { username, password })) ?? {});
        const answer = await request(url, name, credentials[row.scheme], sent);
        if (lacking.length > 0) {
          t.equal(answer.status, 403, `${name} is refused`);
          t.match(JSON.parse(answer.bytes.toString()), refusalOf(name.split(' ')[1]!), `${name}, in its contract's form`);
        } else t.ok([row.status].flat().includes(answer.status), `${name} is allowed: ${answer.status}`);
        const shown = lacking.length > 0 ? [] : (row.shows?.(rights) ?? []);
        t.same(new Set(data.find(answer)), new Set(shown), `${name} shows ${shown.join(', ') || 'nothing stored'}`);
        if (title === 'none' && row.scheme !== 'public')
          t.equal(
            (await request(url, name, undefined, row.needs.length > 0 ? garbage(name) : {})).status,
            401,
            `${name} without an account`,
          );
      }
    });
});

test('userinfo and tokens show the caller itself, and its rights as roles', async (t) => {
  const { server, addAccount } = await startRecognizer(t);
  await addAccount({ username: 'narrow', rights: ['scans:write'] });
  const token = await loginToContractC(server.url, 'narrow', server.password);
  const answer = await request(server.url, 'GET /realms/{realm}/protocol/openid-connect/userinfo', `Bearer ${token}`, {});
  const claims = JSON.parse(answer.bytes.toString());
  t.match(claims, { preferred_username: 'narrow', name: 'narrow' });
  t.same(Object.keys(claims).sort(), ['name', 'preferred_username', 'sub']);
  t.same((decodeJwt(token) as { realm_access?: object }).realm_access, { roles: ['scans:write'] });
});

test('a writer who may not read gets the id and what it has sent', async (t) => {
  const { server, create, send, addAccount, recognition } = await startRecognizer(t);
  await addAccount({ username: 'writer', rights: ['persons:write', 'scans:write'] });
  await addAccount({ username: 'clerk', rights: ['persons:write', 'recognition'] });
  const image = await selfie();
  const { json: first } = await create({ citizen_id: '1', name: 'First', image });
  const path = `recognizer/persons/${first.id}/`;
  const patch = async (parts: Parts) => (await send('PATCH', path, { as: 'writer', form: parts })).json;

  await t.test('a person, field by field', async (t) => {
    t.same(await patch({ name: 'Sent' }), { id: first.id, name: 'Sent' });
    t.same(await patch({ citizen_id: ' 2 ' }), { id: first.id, citizen_id: '2' });
    t.same(await patch({ is_blocked: 'false', agreed_terms: '1' }), { id: first.id, is_blocked: false, agreed_terms: true });
    t.same(await patch({ image }), { id: first.id, image: first.image });
    t.same(await patch({}), { id: first.id });
    t.match((await send('PATCH', path, { form: { name: 'Sent' } })).json, {
      ...first,
      name: 'Sent',
      citizen_id: '2',
      agreed_terms: true,
    });
  });

  await t.test('a new person is what was sent', async (t) => {
    const { json, status } = await create({ citizen_id: '3', name: 'Third', image }, { as: 'writer' });
    t.equal(status, 201);
    t.match(json, { citizen_id: '3', name: 'Third', is_blocked: false, agreed_terms: false });
    const { json: gone, headers } = await send('DELETE', `recognizer/persons/${json.id}/`, { as: 'writer' });
    t.same(gone, { id: json.id, image: null });
    t.ok(headers.get('triface-erasure-receipt'), 'the proof of what it did');
  });

  await t.test('persons with the same face are told to those who may recognise', async (t) => {
    for (const [as, told] of [
      ['writer', false],
      ['clerk', true],
    ] as const) {
      await recognition({ duplicates: 'warn' }, as);
      const { status, headers } = await create({ citizen_id: `of ${as}`, name: 'N', image }, { as });
      t.equal(status, 201);
      t.equal(headers.has('triface-duplicate-of'), told, as);
      const changed = await send('PATCH', path, { as, form: { image } });
      t.equal(changed.headers.has('triface-duplicate-of'), told, as);
    }
  });

  await t.test('that an id is taken is told, and nothing of its owner', async (t) => {
    const { json } = await create({ citizen_id: '2', name: 'N', image }, { as: 'writer' });
    t.same(json, { error: 'There is already a registered person with that ID', error_code: 903 });
  });

  await t.test('a scan, field by field', async (t) => {
    const admin = { authorization: `Bearer ${await loginToContractC(server.url, server.user, server.password)}` };
    const sent = form({ channel: 'WEB', reference: 'stored', file: image });
    const { json: scan } = await post(`${server.url}/v1/check_liveness`, sent, admin);
    const bearer = {
      authorization: `Bearer ${await loginToContractC(server.url, 'writer', server.password)}`,
      'content-type': 'application/json',
    };
    const put = async (body: object) => {
      const answer = await fetch(`${server.url}/v1/face-liveness/${scan.id}`, {
        method: 'PUT',
        headers: bearer,
        body: JSON.stringify(body),
      });
      t.ok(answer.headers.get('etag'), 'for its next If-Match');
      return (await answer.json()) as Record<string, unknown>;
    };
    const always = { id: scan.id, companyId: scan.companyId, updatedDate: String, updatedById: String };
    for (const [sent, told] of [
      [{}, {}],
      [{ livenessScore: 0.5, faces: [] }, { livenessScore: 0.5 }],
      [{ livenessScore: null }, {}],
      [{ salesChannel: 'OTHER' }, { channel: 'OTHER', salesChannel: 'OTHER' }],
      [{ id: 'x', result: 'Spoof' }, { result: 'Spoof' }],
    ] as const) {
      const answer = await put(sent);
      t.match(answer, { ...always, ...told });
      t.same(Object.keys(answer).sort(), Object.keys({ ...always, ...told }).sort());
    }
  });
});

test('what the liveness right checks cannot be read back with it', async (t) => {
  const { server, addAccount } = await startRecognizer(t);
  await addAccount({ username: 'checker', rights: ['liveness'] });
  const basic = { authorization: `Basic ${Buffer.from(`checker:${server.password}`).toString('base64')}` };
  const picture = (await selfie()).toString('base64');
  t.match(await postJson(`${server.url}/api/v1/face/liveness`, { faceImageBase: picture }, basic), { status: 200 });
  for (const path of ['explanation', 'picture'])
    t.equal((await fetch(`${server.url}/triface/v1/scans/1/${path}`, { headers: basic })).status, 403, path);
});
