import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { type Answer, countScans, openBeside, paths, post, postJson } from '../contracts/clients.js';
import { enlarged } from '../fixtures/pictures.js';
import { form, temporaryDirectory } from '../helper.js';
import { isError, serve } from './served.js';

const [user, password] = ['tester', 'correct horse battery'];

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} while pictures are being judged`, async (t) => {
    const dataDir = temporaryDirectory(t);
    const server = await serve(t, {
      DATA_DIR: dataDir,
      LOG_LEVEL: 'info',
      TRIFACE_ADMIN_USER: user,
      TRIFACE_ADMIN_PASSWORD: password,
    });
    const { access } = (await postJson(`${server.url}/api/token/`, { username: user, password })).json;
    const picture = await enlarged(2400);
    const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const faceImageBase = picture.toString('base64');
    const running: Promise<Answer>[] = [
      ...[1, 2, 3, 4].map(() =>
        post(server.url + paths.apptenticate, form({ selfie: picture }), { authorization: `Bearer ${access}` }),
      ),
      ...[1, 2, 3, 4].map(() => postJson(server.url + paths.faceLiveness, { faceImageBase }, { authorization: basic })),
    ];
    // wait until all have arrived: only then must the server answer them
    const begun = () =>
      server
        .stdout()
        .split('\n')
        .filter((line) => line.includes('incoming request') && line.includes('liveness')).length;
    while (begun() < running.length) await sleep(5);
    const stopped = Date.now();
    const ended = server.end(signal);
    const answers = await Promise.all(running);
    for (const { status, json } of answers) {
      t.equal(status, 200);
      t.ok(json.valid === true || json.hasError === false);
    }
    t.equal(await ended, 0, 'exit code');
    // the clients keep their connections alive, and the server must not wait for them
    t.ok(Date.now() - stopped < 10_000, `ended after ${Date.now() - stopped} ms`);
    await t.rejects(fetch(`${server.url}/health/live`), 'nothing listens any more');
    t.equal(await countScans(await openBeside(t, dataDir)), answers.length, 'each answered scan is on the disk');
    t.strictSame(server.log().filter(isError), []);
  });
}
