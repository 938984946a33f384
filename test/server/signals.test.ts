import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { findInstallation } from '../../src/base/installation.js';
import { serve } from '../app/served.js';
import { type Answer, ask, paths, postJson } from '../contracts/clients.js';
import { enlarged, selfie } from '../fixtures/pictures.js';
import { temporaryDirectory } from '../helper.js';
import { findPort } from '../replicas/gateway.js';

const [user, password] = ['tester', 'correct horse battery'];
const account = { TRIFACE_ADMIN_USER: user, TRIFACE_ADMIN_PASSWORD: password };
const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** A request of contract B of which the second half is sent later. */
async function halfRequest(url: string): Promise<() => Promise<number>> {
  const body = Buffer.from(JSON.stringify({ faceImageBase: (await selfie()).toString('base64') }));
  const headers = { authorization: basic, 'content-type': 'application/json', 'content-length': body.length };
  const sent = request(url + paths.faceLiveness, { method: 'POST', headers });
  const answered = once(sent, 'response').then(([response]) => response.resume().statusCode as number);
  sent.write(body.subarray(0, 50_000));
  await sleep(400);
  return () => {
    sent.end(body.subarray(50_000));
    return answered;
  };
}

for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
  test(`${signal}: not ready, but still serving, then a clean end`, async (t) => {
    const server = await serve(t, { ...account, DATA_DIR: temporaryDirectory(t), TRIFACE_STOP_DELAY_MS: '2500' });
    t.equal((await ask(`${server.url}/health/ready`)).status, 200);
    const rest = await halfRequest(server.url);
    const ended = server.end(signal);
    await sleep(500);
    t.match(await ask(`${server.url}/health/ready`), { status: 503, json: { status: 'down', checks: { server: 'down' } } });
    t.equal((await ask(`${server.url}/health/live`)).status, 200);
    const fresh = await postJson(
      server.url + paths.faceLiveness,
      { faceImageBase: (await selfie()).toString('base64') },
      { authorization: basic },
    );
    t.match(fresh, { status: 200, json: { hasError: false } }, 'a new request is served');
    await sleep(2500);
    t.equal(await rest(), 200, 'a request in progress is finished after the port is closed');
    t.equal(await ended, 0);
  });
}

test('a second signal ends the delay', async (t) => {
  const server = await serve(t, { ...account, DATA_DIR: temporaryDirectory(t), TRIFACE_STOP_DELAY_MS: '60000' });
  const ended = server.end('SIGTERM');
  await sleep(500);
  const second = Date.now();
  void server.end('SIGTERM');
  t.equal(await ended, 0);
  t.ok(Date.now() - second < 10_000);
});

/** Starts the server with its output in pipes. */
function start(t: Test, env: Record<string, string>) {
  const root = findInstallation();
  const child = spawn(process.execPath, [join(root, 'dist/src/cli.js'), 'serve'], {
    cwd: root,
    env: { PATH: process.env.PATH!, HOST: '127.0.0.1', WORKERS: '1', INFERENCE_PROVIDER: 'cpu', ...account, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  return child;
}

test('the readers of both outputs end', async (t) => {
  const port = await findPort();
  const child = start(t, { PORT: `${port}`, DATA_DIR: temporaryDirectory(t), TRIFACE_STOP_DELAY_MS: '500' });
  const url = `http://127.0.0.1:${port}`;
  while ((await ask(`${url}/health/ready`).catch(() => undefined))?.status !== 200) await sleep(100);
  child.stdout.destroy();
  child.stderr.destroy();
  for (let i = 0; i < 5; i++) {
    const body = { faceImageBase: (await selfie()).toString('base64') };
    t.equal((await postJson(url + paths.faceLiveness, body, { authorization: basic })).status, 200);
  }
  const rest = await halfRequest(url);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await sleep(1000);
  t.equal(await rest(), 200);
  t.equal((await ended)[0], 0);
});

test('while it starts, each path is answered in the form of its contract', async (t) => {
  const port = await findPort();
  start(t, { PORT: `${port}`, DATA_DIR: temporaryDirectory(t) });
  const forms: Record<string, (answer: Answer) => boolean> = {
    '/api/v3/biometrics/liveness/': ({ json }) => typeof json?.detail === 'string',
    '/api/v1/face/liveness': ({ json }) => json?.hasError === true && typeof json.error === 'string',
    '/face-liveness-sdk/v1/check_liveness': ({ json }) => json?.status === 503 && json.error === 'Service Unavailable',
    '/v1/face-liveness': ({ json }) => json?.status === 503 && json.path === '/v1/face-liveness',
    '/realms/triface/protocol/openid-connect/token': ({ json }) => json?.error === 'temporarily_unavailable',
    '/v1/identify': ({ json }) => json?.error === 'unavailable' && typeof json.message === 'string',
    '/triface/v1/scans/1/explanation': ({ json }) => json?.error === 'unavailable',
    '/health/ready': ({ json }) => json?.status === 'down',
  };
  let asked = 0;
  while (asked < Object.keys(forms).length) {
    for (const [path, isRight] of Object.entries(forms)) {
      const answer = await ask(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
      if (!answer) break;
      if (answer.status !== 503) return t.ok(asked > 0, `ready after ${asked} answers`);
      asked++;
      t.ok(isRight(answer) && answer.headers.has('retry-after'), `${path}: ${answer.text}`);
    }
    await sleep(20);
  }
});

test('a pause of the whole process fails no request and costs no worker', async (t) => {
  const port = await findPort();
  const child = start(t, { PORT: `${port}`, DATA_DIR: temporaryDirectory(t), TRIFACE_DEADLINE_MS: '4000' });
  const url = `http://127.0.0.1:${port}`;
  while ((await ask(`${url}/health/ready`).catch(() => undefined))?.status !== 200) await sleep(100);
  const faceImageBase = (await enlarged(2400)).toString('base64');
  const send = () => postJson(url + paths.faceLiveness, { faceImageBase }, { authorization: basic });
  t.equal((await send()).status, 200);
  const running = [send(), send(), send(), send()];
  await sleep(250);
  child.kill('SIGSTOP');
  // beyond the deadline, and beyond the patience with a worker
  await sleep(15_000);
  child.kill('SIGCONT');
  const answers = await Promise.all(running);
  t.same(
    answers.map(({ status }) => status),
    [200, 200, 200, 200],
  );
  t.match((await ask(`${url}/metrics`)).text, /^triface_engine_replaced 0$/m);
  t.equal((await ask(`${url}/health/ready`)).status, 200);
});
