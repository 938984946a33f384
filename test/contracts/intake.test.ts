import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { selfie } from '../fixtures/pictures.js';
import { startTestServer } from '../helper.js';
import { ask, countScans, leaks, openBeside, paths, threeClients } from './clients.js';

/** The least that can be set, in bytes. */
const limit = 1_048_576;

test('more request bytes than the server accepts at once', async (t) => {
  const server = await startTestServer(t, { TRIFACE_MAX_INTAKE_BYTES: String(limit) });
  const clients = await threeClients(server);
  const store = await openBeside(t, server.dataDir);
  const picture = await selfie();
  const everyone = () =>
    Promise.all([clients.apptenticate(picture), clients.faceLiveness(picture, 's'), clients.dms(picture, 'r')]);
  const body = JSON.stringify({ sessionId: 'slow', faceImageBase: picture.toString('base64') }).padEnd(limit - 1000);
  const isTaken = async (): Promise<boolean> => (await clients.faceLiveness(picture)).status === 200;
  const send = (headers: Record<string, string | number> = { 'content-length': body.length }): ClientRequest => {
    const upload = request(server.url + paths.faceLiveness, {
      method: 'POST',
      headers: { authorization: server.basic, 'content-type': 'application/json', ...headers },
    });
    upload.on('error', () => {});
    upload.write(body.slice(0, 1000));
    return upload;
  };
  /** An upload that has started, was accepted, and stalls. */
  const begin = async (headers?: Record<string, string | number>): Promise<ClientRequest> => {
    for (let i = 0; i < 50; i++) {
      const upload = send(headers);
      await sleep(200);
      if (!(await isTaken())) return upload;
      // It arrived after the request that should have found it, and was refused itself.
      upload.destroy();
      await sleep(100);
    }
    throw new Error('no upload was taken');
  };

  await t.test('are refused in each contract’s own words; uploads in progress continue', async (t) => {
    const upload = await begin();
    const before = await countScans(store);
    const [a, b, c] = await everyone();
    t.same([a.status, b.status, c.status], [503, 503, 503]);
    for (const { headers, text: shown } of [a, b, c]) {
      t.match(headers.get('retry-after'), /^[1-9]\d*$/);
      t.notMatch(shown, leaks);
    }
    t.equal(a.text, '{"valid":false,"error_code":711,"message":"Life Test Engine Internal Error"}');
    t.same(b.json, { hasError: true, error: 'INTERNAL_ERROR' });
    t.match(c.json, { status: 503, error: 'Service Unavailable', path: paths.dms });
    t.equal(await countScans(store), before, 'nothing was stored');
    t.equal((await ask(`${server.url}/health/ready`)).status, 200, 'what has no body goes on');
    upload.end(body.slice(1000));
    const [answer] = (await once(upload, 'response')) as [IncomingMessage];
    t.match(JSON.parse(await text(answer)), { sessionId: 'slow', hasError: false, score: Number });
    for (const { status } of await everyone()) t.equal(status, 200, 'there is room again');
  });

  await t.test('a client that disconnects frees its bytes, also if the length of its body was unknown', async (t) => {
    for (const headers of [undefined, { 'transfer-encoding': 'chunked' }]) {
      const upload = await begin(headers);
      t.notOk(await isTaken());
      upload.destroy();
      for (let i = 0; i < 100 && !(await isTaken()); i++) await sleep(100);
      t.ok(await isTaken());
    }
  });

  await t.test('an unauthorised caller reserves nothing', async (t) => {
    const upload = send({ 'content-length': body.length, authorization: 'Basic bm9ib2R5Om5vYm9keQ==' });
    const [{ statusCode }] = (await once(upload, 'response')) as [IncomingMessage];
    t.equal(statusCode, 401);
    t.ok(await isTaken());
    upload.destroy();
  });

  await t.test('a single body is accepted at any size', async (t) => {
    const large = Buffer.concat([picture, Buffer.alloc(3 * limit)]);
    t.equal((await clients.apptenticate(large)).text, '{"valid":true}');
    t.equal((await clients.faceLiveness(large)).status, 200);
  });
});
