import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { slowPicture } from '../fixtures/made-png.js';
import { enlarged, selfie } from '../fixtures/pictures.js';
import { startTestServer } from '../helper.js';
import { shareEngine } from '../shared-engine.js';
import { addAccount, ask, countScans, leaks, openBeside, paths, postJson, threeClients } from './clients.js';

test('more pictures than fit into the queue', async (t) => {
  const server = await startTestServer(t, { WORKERS: '1', TRIFACE_QUEUE_LIMIT: '16' }, shareEngine);
  const clients = await threeClients(server);
  const store = await openBeside(t, server.dataDir);
  const picture = await enlarged(2400);
  // from these the server learns how long a picture takes
  t.equal((await clients.apptenticate(picture)).text, '{"valid":true}');
  const rounds = Array.from({ length: 12 }, (_, i) => i);
  const [a, b, c] = await Promise.all([
    Promise.all(rounds.map(() => clients.apptenticate(picture))),
    Promise.all(rounds.map((i) => clients.faceLiveness(picture, `s-${i}`))),
    Promise.all(rounds.map((i) => clients.dms(picture, `r-${i}`))),
  ]);
  const all = [...a, ...b, ...c];
  const refused = all.filter(({ status }) => status === 503);
  const judged = all.filter(({ status }) => status === 200);
  t.equal(judged.length + refused.length, all.length, 'each is answered, and either way');
  t.ok(refused.length > 0 && judged.length > 0, `${judged.length} judged, ${refused.length} refused`);
  for (const answer of refused) {
    t.match(answer.headers.get('retry-after'), /^[1-9]\d*$/);
    t.notMatch(answer.text, leaks);
  }
  // One worker and 16 waiting pictures: more than the minimum of one second.
  const longest = Math.max(...refused.map(({ headers }) => Number(headers.get('retry-after'))));
  t.ok(longest > 1 && longest <= 60, `to come again in ${longest} s at most`);
  for (const { status, text } of a)
    t.equal(
      text,
      status === 200 ? '{"valid":true}' : '{"valid":false,"error_code":711,"message":"Life Test Engine Internal Error"}',
    );
  b.forEach(({ status, json }, i) => {
    if (status === 200) t.match(json, { sessionId: `s-${i}`, hasError: false });
    else t.match(json, { hasError: true, error: 'INTERNAL_ERROR' });
  });
  c.forEach(({ status, json }, i) => {
    if (status === 200) t.match(json, { reference: `r-${i}`, result: 'Real' });
    else t.match(json, { status: 503, error: 'Service Unavailable', path: paths.dms });
  });
  t.equal(await countScans(store), judged.length + 1, 'none judged is lost, none refused is stored');

  t.equal((await clients.apptenticate(picture)).text, '{"valid":true}', 'the server goes on');
  t.match(await ask(`${server.url}/health/ready`), { status: 200 });
});

test("one account's flood leaves room for another's requests", async (t) => {
  const server = await startTestServer(t, { WORKERS: '1', TRIFACE_QUEUE_LIMIT: '8' }, shareEngine);
  const { faceLiveness: flood } = await threeClients(server);
  await addAccount(t, server, { username: 'small', password: 'small small small', rights: ['liveness'] });
  const basic = `Basic ${Buffer.from('small:small small small').toString('base64')}`;
  const picture = await selfie();
  const body = { faceImageBase: picture.toString('base64') };
  const statuses: number[] = [];
  let isOver = false;
  const clients = Array.from({ length: 30 }, async () => {
    while (!isOver) statuses.push((await flood(picture)).status);
  });
  while (!statuses.includes(503)) await sleep(20);
  const small: number[] = [];
  for (let i = 0; i < 8; i++)
    small.push((await postJson(server.url + paths.faceLiveness, body, { authorization: basic })).status);
  isOver = true;
  await Promise.all(clients);
  t.same(small, Array(8).fill(200), 'none of the other account is refused');
  t.ok(statuses.includes(200), 'and the flood is served as well');
  const isRefused = (status: number) => status === 503;
  t.ok(statuses.filter(isRefused).length > 8, `${statuses.filter(isRefused).length} of ${statuses.length} refused`);
});

test('a picture that takes longer than its deadline', async (t) => {
  const env = { WORKERS: '1', TRIFACE_DEADLINE_MS: '900', TRIFACE_MAX_IMAGE_PIXELS: '268000000' };
  const server = await startTestServer(t, env, shareEngine);
  const clients = await threeClients(server);
  const good = await selfie();
  /**
   * Until the worker that was killed has its successor, the answer is 503; on a busy machine a good picture may be late as well
   * (709).
   */
  const untilJudged = async (): Promise<void> => {
    for (let attempt = 0; attempt < 60; attempt++) {
      const { status, text, json } = await clients.apptenticate(good);
      if (text === '{"valid":true}') return void t.pass(`judged again after ${attempt} further attempts`);
      if (status !== 503 && json?.error_code !== 709) return void t.fail(text);
      await sleep(250);
    }
    t.fail('no good picture was judged any more');
  };
  const slow = slowPicture();
  const a = await clients.apptenticate(slow);
  t.equal(a.status, 200);
  t.equal(a.text, '{"valid":false,"error_code":709,"message":"Error processing image."}');
  await untilJudged();
  t.same((await clients.faceLiveness(slow, 's')).json, { sessionId: 's', hasError: true, error: 'INTERNAL_ERROR' });
  await untilJudged();
  t.match((await clients.dms(slow)).json, { result: 'Failed to open file', faces: [] });
  await untilJudged();
});
