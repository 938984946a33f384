import { connect, type Socket } from 'node:net';
import { test } from 'tap';
import { exchange, requestOf } from '../../app/wire.js';
import { selfie } from '../../fixtures/pictures.js';
import { startTestServer } from '../../helper.js';
import { settlesWithin } from '../../settles-within.js';

const limit = 16;

test('silent connections give way to requests', async (t) => {
  const server = await startTestServer(t, { TRIFACE_MAX_CONNECTIONS: String(limit) });
  const port = Number(new URL(server.url).port);
  const picture = await selfie();
  const open = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => resolve(socket));
      t.teardown(() => socket.destroy());
      socket.on('error', reject);
    });
  const body = JSON.stringify({ faceImageBase: picture.toString('base64') });
  const upload = await open();
  let answer = '';
  upload.setEncoding('latin1').on('data', (text: string) => {
    answer += text;
  });
  const headers = { 'Content-Type': 'application/json', Authorization: server.basic, 'Content-Length': String(body.length) };
  upload.write(requestOf({ path: '/api/v1/face/liveness' }, headers) + body.slice(0, 1000));
  const get = () => exchange(server.url, requestOf({ method: 'GET', path: '/health/live' }, { Connection: 'close' }));
  t.same((await get()).statuses, [200]);
  const silent: Socket[] = [];
  for (let i = 0; i < 4 * limit; i++) silent.push(await open().then((socket) => socket.on('error', () => {})));
  for (let i = 0; i < 5; i++) t.same((await get()).statuses, [200], 'a new connection is served');
  t.ok(silent.filter(({ destroyed }) => !destroyed).length <= limit);
  upload.write(body.slice(1000));
  t.ok(await settlesWithin(new Promise<void>((resolve) => upload.once('data', () => resolve())), 60_000));
  t.match(answer, /^HTTP\/1\.1 200 /, 'a request in progress is not given up');
});
