import { gzipSync } from 'node:zlib';
import t from 'tap';
import { post } from '../contracts/clients.js';
import { selfie } from '../fixtures/pictures.js';
import { findFault } from '../fuzz/check-answer.js';
import { readDocument } from '../fuzz/document.js';
import { send, serialize, type WireRequest } from '../fuzz/wire.js';
import { form, startTestServer } from '../helper.js';

const document = readDocument();
/** Headers that differ from one answer to the next. */
const changing = new Set(['date', 'x-request-id', 'connection', 'keep-alive', 'transfer-encoding', 'content-length']);

/** Routes for browsers, which openapi.yaml does not have. */
const pages = ['/triface/capture/', '/triface/capture/capture.js', '/realms/triface/protocol/openid-connect/auth', '/metrics'];

t.test('requests without a body, with an encoded one, and HEAD, at every operation', async (t) => {
  const server = await startTestServer(t, { TRIFACE_ADMIN_USER: 'tester' });
  const { url, basic } = server;
  const tokens = { apptenticate: `Bearer ${await server.apiToken()}`, dms: `Bearer ${await server.bearerToken()}` };
  const authorize = (security: string | undefined): string => tokens[security as keyof typeof tokens] ?? basic;
  const person = await post(
    `${url}/api/v3.2/biometrics/recognizer/persons/`,
    form({ citizen_id: '1', name: 'Ana', image: await selfie() }),
    { authorization: tokens.apptenticate },
  );
  t.equal(person.status, 201);
  const ask = async (request: WireRequest) => {
    const answer = await send(url, serialize(request), true);
    const isDocumented = !pages.includes(request.target);
    if (isDocumented) t.equal(findFault(document, request, answer), undefined, `${request.method} ${request.target}`);
    return answer!;
  };
  const operations = document.operations.map((operation) => ({
    ...operation,
    target: operation.path
      .replace('{realm}', 'triface')
      .replace('{id}', String(person.json.id))
      .replaceAll(/\{\w+\}/g, '1'),
  }));

  await t.test('no body', async (t) => {
    for (const { method, target, security, path } of operations) {
      // With a body or without, it erases what the other tests read.
      if (method === 'GET' || path.startsWith('/realms/') || (method === 'DELETE' && path.startsWith('/api/'))) continue;
      const statuses = [];
      for (const type of [undefined, 'application/json', 'application/xml', 'multipart/form-data; boundary=x', 'nonsense']) {
        const headers = [['Authorization', authorize(security)] as const, ...(type ? [['Content-Type', type] as const] : [])];
        statuses.push((await ask({ method, target, headers, body: Buffer.alloc(0) })).status);
      }
      t.equal(new Set(statuses).size, 1, `${method} ${target}: the type of no body does not matter: ${statuses}`);
      t.not(statuses[0], 415, `${method} ${target}`);
    }
  });

  await t.test('an encoded body', async (t) => {
    const body = gzipSync('{}');
    for (const { method, target, security, path } of operations) {
      if (method === 'GET' || (method === 'DELETE' && path.startsWith('/api/'))) continue;
      for (const [encoding, length] of [
        ['gzip', undefined],
        ['identity, br', 'chunked'],
      ] as const) {
        const headers = [
          ['Authorization', authorize(security)],
          ['Content-Type', 'application/json'],
          ['Content-Encoding', encoding],
        ] as const;
        const answer = await ask({ method, target, headers, body, ...(length && { length }) });
        t.equal(answer.status, 415, `${method} ${target} ${encoding}`);
        t.equal(answer.headers.get('accept-encoding'), 'identity');
      }
      const headers = [['Authorization', authorize(security)] as const, ['Content-Encoding', 'Identity'] as const];
      const plain = {
        method,
        target,
        headers: [...headers, ['Content-Type', 'application/json'] as const],
        body: Buffer.from('{}'),
      };
      if (!path.startsWith('/realms/')) t.not((await ask(plain)).status, 415, `${method} ${target} identity`);
    }
  });

  await t.test('HEAD', async (t) => {
    const targets = [
      ...operations
        .filter(({ method }) => method === 'GET')
        .map(({ target, security }) => [target, authorize(security)] as const),
      ...pages.map((page) => [page, basic] as const),
    ];
    for (const [target, authorization] of targets) {
      const request = { target, headers: [['Authorization', authorization] as const], body: Buffer.alloc(0) };
      const [get, head] = [await ask({ ...request, method: 'GET' }), await ask({ ...request, method: 'HEAD' })];
      const names = (headers: ReadonlyMap<string, string>) => [...headers.keys()].filter((name) => !changing.has(name)).sort();
      t.equal(head.status, get.status, target);
      t.same(names(head.headers), names(get.headers), target);
      t.equal(head.headers.get('content-type'), get.headers.get('content-type'), target);
      t.equal(head.body.length, 0, target);
    }
    const [found] = targets.filter(([target]) => target.endsWith('/image/') || target.endsWith('/image'));
    t.ok(found, 'a picture is among them');
  });
});
