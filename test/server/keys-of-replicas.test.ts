import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { makeCapture, renew, seal } from '../capture/made-capture.js';
import { runCommand } from '../commands/run-command.js';
import { ask } from '../contracts/clients.js';
import { selfie } from '../fixtures/pictures.js';
import { form, startTestServer, type TestServer } from '../helper.js';
import { testPostgres } from '../storage/databases.js';

const persons = '/api/v3.2/biometrics/recognizer/persons/';

async function readiness({ url }: TestServer): Promise<{ status: number; keys: string }> {
  const answer = await fetch(`${url}/health/ready`);
  const { checks } = (await answer.json()) as { checks: Record<string, string> };
  return { status: answer.status, keys: checks.keys! };
}

/** Waits for a state that a server reaches within a second or so. */
async function until(t: Test, server: TestServer, keys: 'up' | 'down'): Promise<void> {
  for (let tries = 0; tries < 300 && (await readiness(server)).keys !== keys; tries++) await sleep(50);
  t.equal((await readiness(server)).keys, keys);
}

/** Copies what an operator copies, and nothing that the other has and this one lacks. */
const copyKeys = (from: TestServer, to: TestServer) =>
  cpSync(join(from.dataDir, 'keys'), join(to.dataDir, 'keys'), { recursive: true });

/** Two servers on one database, the second with the keys of the first, and the operator's commands. */
async function startTwo(t: Test, databaseUrl: string) {
  const env = { DATABASE_URL: databaseUrl, TRIFACE_DATABASE_POOL: '4' };
  const first = await startTestServer(t, env);
  const second = await startTestServer(t, env);
  const command = (server: TestServer, ...words: string[]) =>
    runCommand(words, { DATA_DIR: server.dataDir, DATABASE_URL: databaseUrl });
  return { first, second, command };
}

const identify = async ({ url, basic }: TestServer) => {
  const answer = await fetch(`${url}/v1/identify`, {
    method: 'POST',
    headers: { authorization: basic },
    body: form({ image: await selfie() }),
  });
  return { status: answer.status, retry: answer.headers.get('retry-after'), text: await answer.text() };
};

/** As `identify`, once the templates are loaded. */
async function whenLoaded(server: TestServer) {
  for (let tries = 0; ; tries++) {
    const found = await identify(server);
    if (found.status !== 503 || tries > 100) return found;
    await sleep(50);
  }
}

const enrol = async (server: TestServer, citizenId: string, who: 'selfie' | 'other' = 'selfie') =>
  fetch(server.url + persons, {
    method: 'POST',
    headers: { authorization: `Bearer ${await server.apiToken()}` },
    body: form({ citizen_id: citizenId, name: citizenId, image: await selfie(who) }),
  });

/** 404 if the token is accepted. */
const scanStatus = async ({ url }: TestServer, token: string): Promise<number> =>
  (await fetch(`${url}/v1/face-liveness/7a0c1e1e-0000-4000-8000-000000000000`, { headers: { authorization: `Bearer ${token}` } }))
    .status;

testPostgres('a server with other keys is not ready and says nothing wrong, until the keys arrive', async (t, databaseUrl) => {
  const { first, second } = await startTwo(t, databaseUrl);
  t.equal((await readiness(first)).status, 200);
  t.same(await readiness(second), { status: 503, keys: 'down' });
  t.equal((await enrol(first, 'one')).status, 201);
  // Not "nobody", not 500, not an invalid picture.
  t.match(await identify(second), { status: 503, retry: /^\d+$/, text: '{"error":"unavailable"' });
  const token = await first.bearerToken();
  const packet = await seal(renew(await makeCapture()), (await keysOf(first)) as never);
  const refused = [
    await ask(`${second.url}/api/v3/biometrics/liveness/`, {
      method: 'POST',
      body: form({ encrypted_file: Buffer.from(packet) }),
    }),
    await ask(`${second.url}/api/v1/face/liveness`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    }),
    await ask(`${second.url}/v1/face-liveness/x`, { headers: { authorization: `Bearer ${token}` } }),
    await ask(`${second.url}/api/token/`, { method: 'POST', body: new URLSearchParams({ username: 'tester', password: 'x' }) }),
  ];
  for (const answer of refused) {
    t.equal(answer.status, 503, answer.text);
    t.ok(answer.headers.get('retry-after'));
    t.notMatch(answer.text, /"valid"/, 'says nothing of the picture');
  }
  t.equal((await fetch(`${second.url}/health/live`)).status, 200);
  copyKeys(first, second);
  // Secrets are read at the start only; rings and master keys at once.
  await second.stop();
  const third = await startTestServer(t, { DATABASE_URL: databaseUrl, DATA_DIR: second.dataDir, TRIFACE_DATABASE_POOL: '4' });
  t.equal((await readiness(third)).keys, 'up');
  t.match(await whenLoaded(third), { status: 200, text: '"citizenId":"one"' });
});

testPostgres(
  'a rotation with copied folders: refused until the other server holds the key, then seamless',
  async (t, databaseUrl) => {
    const { first, command, env } = await startCopies(t, databaseUrl);
    const second = await startTestServer(t, env);
    t.equal((await readiness(second)).status, 200);
    for (const kind of [[], ['--capture']]) {
      const refused = await command(first, 'keys', 'rotate', ...kind);
      t.equal(refused.status, 1);
      t.match(refused.err, /does not hold the next key.*copy the folder keys/);
      t.equal((await readiness(second)).status, 200, 'nothing has changed');
      copyKeys(first, second);
      const rotated = await command(first, 'keys', 'rotate', ...kind);
      t.equal(rotated.status, 0, rotated.err);
    }
    await sleep(1100);
    t.same([(await readiness(first)).status, (await readiness(second)).status], [200, 200]);
    for (const [one, other] of [
      [first, second],
      [second, first],
    ] as const) {
      t.equal(await scanStatus(other, await one.bearerToken()), 404, 'the second still signs with the former key');
    }
  },
);

testPostgres(
  'a master key that arrives late: templates are opened as soon as it does, and nobody is overlooked',
  async (t, databaseUrl) => {
    const { first, command, env } = await startCopies(t, databaseUrl);
    const second = await startTestServer(t, env);
    t.equal((await enrol(first, 'early')).status, 201);
    t.match(await identify(second), { status: 200, text: '"citizenId":"early"' });
    const refused = await command(first, 'master-key', 'rotate');
    t.match(refused.err, /does not hold the next key/);
    t.match(await identify(second), { status: 200, text: '"citizenId":"early"' });
    // The operator copies over what the command checks, but another way: the other server is gone while the key is rotated.
    await second.stop();
    t.equal((await command(first, 'master-key', 'rotate')).status, 0);
    t.equal((await enrol(first, 'late', 'other')).status, 201);
    const back = await startTestServer(t, { ...env, DATA_DIR: second.dataDir });
    t.same(await readiness(back), { status: 503, keys: 'down' });
    t.match(await identify(back), { status: 503 });
    copyKeys(first, back);
    await until(t, back, 'up');
    let found = await identify(back);
    for (let tries = 0; tries < 100 && found.status === 503; tries++) {
      await sleep(50);
      found = await identify(back);
    }
    t.match(found, { status: 200, text: '"citizenId":"early"' });
    const retired = await command(first, 'master-key', 'retire');
    t.equal(retired.status, 0, retired.err);
    t.equal((await readiness(back)).keys, 'up', 'an old key more is no fault');
  },
);

testPostgres('keys that were replaced on purpose', async (t, databaseUrl) => {
  const { first, command, env } = await startCopies(t, databaseUrl);
  await first.stop();
  rmSync(join(first.dataDir, 'keys/jwt-secret'));
  const again = await startTestServer(t, { ...env, DATA_DIR: first.dataDir });
  t.equal((await readiness(again)).status, 503);
  const accepted = await command(again, 'keys', 'accept');
  t.equal(accepted.out, 'required from now on: jwt-secret\n');
  await until(t, again, 'up');
  t.equal((await command(again, 'keys', 'accept')).out, 'these keys are required already\n');
});

/** A server, and the settings of one that has a copy of its keys. */
async function startCopies(t: Test, databaseUrl: string) {
  const shared = { DATABASE_URL: databaseUrl, TRIFACE_DATABASE_POOL: '4' };
  const first = await startTestServer(t, shared);
  const copy = t.testdir();
  cpSync(join(first.dataDir, 'keys'), join(copy, 'keys'), { recursive: true });
  const command = (server: TestServer, ...words: string[]) =>
    runCommand(words, { DATA_DIR: server.dataDir, DATABASE_URL: databaseUrl });
  return { first, command, env: { ...shared, DATA_DIR: copy } };
}

async function keysOf({ url }: TestServer) {
  const { keys } = (await (await fetch(`${url}/triface/v1/capture/keys`)).json()) as { keys: { kid: string }[] };
  return { kid: keys[0]!.kid, publicJwk: keys[0] };
}
