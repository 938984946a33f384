import t from 'tap';
import { findFault } from '../fuzz/check-answer.js';
import { readDocument } from '../fuzz/document.js';
import { send, serialize } from '../fuzz/wire.js';
import { startTestServer } from '../helper.js';

const variants: readonly ((path: string) => string)[] = [
  (path) => `${path}//`,
  (path) => `${path}/x`,
  (path) => `${path}//x/`,
  (path) => `${path}%2F`,
  (path) => `/x${path}`,
  (path) => `/v1${path}`,
  (path) => path.replaceAll('/', '//'),
  (path) => path.toUpperCase(),
  (path) => path.replace(/\/[^/]*$/, '/'),
  (path) => path.replace(/\/[^/]*$/, '//'),
];

t.test('paths that no route has are answered in the form of the contract that they begin like', async (t) => {
  const { url, basic } = await startTestServer(t);
  const document = readDocument();
  const paths = new Set([
    ...document.operations.map(({ path }) => path.replace('{realm}', 'triface').replaceAll(/\{\w+\}/g, '1')),
    // Undocumented: only browsers use it.
    '/realms/triface/login-actions/authenticate/1',
    // The beginnings of paths alone.
    ...['/api', '/api/v1', '/triface/v1', '/triface', '/realms', '/realms?x=1', '/v1'],
  ]);
  const targets = new Set([...paths].flatMap((path) => variants.map((vary) => vary(path))));
  const faults: string[] = [];
  for (const target of targets)
    for (const method of ['GET', 'POST']) {
      const request = { method, target, headers: [['Authorization', basic] as const], body: Buffer.alloc(0) };
      const answer = await send(url, serialize(request), true);
      const fault = findFault(document, request, answer);
      if (fault) faults.push(`${method} ${target}: ${fault}`);
    }
  t.same(faults, []);
  t.ok(targets.size > 300);
});
