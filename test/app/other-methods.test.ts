import { METHODS } from 'node:http';
import t from 'tap';
import { findFault } from '../fuzz/check-answer.js';
import { readDocument } from '../fuzz/document.js';
import { send, serialize } from '../fuzz/wire.js';
import { startTestServer } from '../helper.js';

/** Methods that HTTP clients may send. CONNECT asks for a tunnel, and OPTIONS is for preflights, which have their own tests (cross-origin.test.ts). */
const methods = METHODS.filter((method) => !['CONNECT', 'OPTIONS', 'HEAD'].includes(method));

t.test('a method that a path does not have gets 405 with the methods that it has, in the form of its contract', async (t) => {
  const { url, basic } = await startTestServer(t);
  const document = readDocument();
  const paths = new Set(document.operations.map(({ path }) => path.replaceAll(/\{\w+\}/g, '1')));
  // The router would take the last part for an id.
  t.ok(paths.has('/v1/face-liveness/export') && paths.has('/v1/face-liveness/1'));
  const faults: string[] = [];
  for (const target of paths) {
    const known = document.findPath(target, false).map(({ method }) => method);
    for (const method of methods.filter((one) => !known.includes(one)))
      for (const [type, text] of [
        ['application/json', '{'],
        ['multipart/form-data; boundary=x', '--x--'],
      ] as const) {
        const request = {
          method,
          target,
          headers: [['Authorization', basic] as const, ['Content-Type', type] as const],
          body: Buffer.from(text),
        };
        const answer = await send(url, serialize(request), true);
        const fault = findFault(document, request, answer);
        const allowed = answer?.headers.get('allow')?.split(/, ?/).sort();
        if (fault || answer?.status !== 405 || String(allowed) !== String(known.sort()))
          faults.push(`${method} ${target}: ${answer?.status}, allowed ${allowed}: ${fault}`);
      }
  }
  t.same(faults, []);
});
