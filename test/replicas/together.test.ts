import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { makeCapture, renew, seal } from '../capture/made-capture.js';
import { ask, post } from '../contracts/clients.js';
import { selfie } from '../fixtures/pictures.js';
import { connectClients, runOperator } from './clients.js';
import { type Lab, type Replica, startLab, withoutLab } from './lab.js';

/** Contract C's tokens, issued by one server. */
const logIn = async ({ user, password }: Lab, { url }: Replica): Promise<string> =>
  (
    await post(
      `${url}/realms/triface/protocol/openid-connect/token`,
      new URLSearchParams({ grant_type: 'password', client_id: 'triface', username: user, password, scope: 'openid' }),
    )
  ).json.access_token;

/** 200 if the server accepts the token. */
const userinfo = async ({ url }: Replica, token: string): Promise<number> =>
  (await ask(`${url}/realms/triface/protocol/openid-connect/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status;

test('three servers at once', { skip: withoutLab }, async (t) => {
  const lab = await startLab(t);
  const { replicas } = lab;
  const { enrol, erase, nameOf, liveness } = await connectClients(lab);
  const at = (i: number) => replicas[i % replicas.length]!;

  await t.test('a capture packet sent to two servers at once is accepted once', async (t) => {
    const [key] = (await ask(`${at(0).url}/triface/v1/capture/keys`)).json.keys;
    const made = await makeCapture();
    const accepted: number[] = [];
    for (let i = 0; i < 8; i++) {
      const packet = Buffer.from(await seal(renew(made), { kid: key.kid, publicJwk: key }));
      const both = await Promise.all([i, i + 1].map((turn) => liveness(at(turn), { encrypted_file: packet })));
      accepted.push(both.filter(({ json }) => json.valid === true).length);
    }
    t.same(accepted, Array(8).fill(1));
  });

  await t.test('a citizen id registered at three servers at once belongs to one person', async (t) => {
    for (let i = 0; i < 5; i++) {
      const answers = await Promise.all(replicas.map((replica) => enrol(replica, `same-${i}`, 'other')));
      t.same(answers.map(({ status, json }) => json.error_code ?? status).sort(), [201, 903, 903]);
    }
  });

  await t.test('a token issued at one server is good at the others, while the key is rotated', async (t) => {
    const before = await logIn(lab, at(0));
    const refused: string[] = [];
    let isRotated = false;
    const rotating = runOperator(lab, 'keys', 'rotate').finally(() => {
      isRotated = true;
    });
    for (let turn = 0, after = 0; after < 12; turn++, after += Number(isRotated)) {
      const token = await logIn(lab, at(turn));
      for (const other of [turn + 1, turn + 2])
        if ((await userinfo(at(other), token)) !== 200) refused.push(`of ${turn % 3} at ${other % 3}`);
    }
    t.match(await rotating, /^signing with /);
    t.same(refused, []);
    for (const replica of replicas) t.equal(await userinfo(replica, before), 200, 'tokens of the former key stay good');
  });

  await t.test('a wrong password counts at all servers together', async (t) => {
    const statuses: number[] = [];
    for (let i = 0; i < 24; i++)
      statuses.push(
        (
          await post(`${at(i).url}/api/token/`, new URLSearchParams({ username: 'guessed', password: `guess ${i}` }), {
            'x-forwarded-for': `192.0.2.7:${40_000 + i}`,
          })
        ).status,
      );
    t.equal(statuses.filter((status) => status === 401).length, 10, `${statuses}`);
  });

  await t.test('a server whose clock is ten minutes ahead is not ready and judges nothing', async (t) => {
    const ahead = join(lab.folder, 'ahead.cjs');
    writeFileSync(ahead, 'const now = Date.now; Date.now = () => now() + 600_000;');
    const wrong = await lab.addReplica({ NODE_OPTIONS: `--require=${ahead}` });
    wrong.launch();
    const state = () => ask(`${wrong.url}/health/ready`).catch(() => undefined);
    for (let tries = 0; tries < 600 && (await state())?.json?.checks?.clock !== 'down'; tries++) await sleep(100);
    t.match(await state(), { status: 503, json: { checks: { clock: 'down', database: 'up', keys: 'up' } } });
    const answer = await liveness(wrong, { selfie: await selfie() });
    t.match(answer, { status: 503, text: '{"detail":"Service temporarily unavailable' });
    t.match(wrong.log(), /this machine's clock is 600 s ahead of the database's/);
    t.equal(await wrong.stop(), 0);
  });

  await t.test('an erasure after the kill of a server does not wait for it', async (t) => {
    const { id } = (await enrol(at(0), 'erased', 'selfie')).json;
    t.ok((await nameOf(at(1), 'selfie')).includes('erased'));
    await at(2).stop('SIGKILL');
    const began = performance.now();
    t.equal((await erase(at(0), id)).status, 200);
    const ms = performance.now() - began;
    t.ok(ms < 5000, `${Math.round(ms)} ms`);
    await at(2).start();
    t.notOk((await nameOf(at(2), 'selfie')).includes('erased'));
  });

  await t.test('an account that is disabled is refused everywhere with the next request', async (t) => {
    const token = await logIn(lab, at(1));
    t.equal(await userinfo(at(2), token), 200);
    await runOperator(lab, 'user', 'disable', lab.user);
    for (const replica of replicas) t.equal(await userinfo(replica, token), 401);
    await runOperator(lab, 'user', 'enable', lab.user);
    for (const replica of replicas) t.equal(await userinfo(replica, await logIn(lab, replica)), 200);
  });
});
