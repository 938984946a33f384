import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { group, replay, selfie } from '../fixtures/pictures.js';
import { form } from '../helper.js';
import { type Container, Podman, password, skip } from './podman.js';

const basic = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
const recognizer = '/api/v3.2/biometrics/recognizer';

/** @returns the status, and the body if it is JSON */
async function ask(
  container: Container,
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; json: Record<string, unknown> }> {
  const response = await fetch(container.url + path, init);
  const text = await response.text();
  return { status: response.status, json: /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text };
}

const post = (container: Container, path: string, parts: Record<string, string | Buffer>, authorization?: string) =>
  ask(container, path, { method: 'POST', body: form(parts), headers: authorization ? { authorization } : {} });

const apiToken = async (container: Container): Promise<string> =>
  `Bearer ${(await post(container, '/api/token/', { username: 'admin', password })).json.access}`;

t.test('the image serves', { skip }, async (t) => {
  const podman = new Podman(t);
  const [picture, attack, several] = [await selfie(), await replay(), group()];

  t.test('the three contracts, as the compose file runs it', async (t) => {
    const server = await podman.start().ready();
    const token = await apiToken(server);
    const liveness = '/api/v3/biometrics/liveness/';
    t.match(await post(server, liveness, { selfie: picture }, token), { status: 200, json: { valid: true } });
    t.match(await post(server, liveness, { selfie: attack }, token), { json: { valid: false, error_code: 715 } });
    t.match(await post(server, `${recognizer}/persons/`, { citizen_id: '7-708-214', name: 'Ana', image: picture }, token), {
      status: 201,
    });
    t.match(await post(server, `${recognizer}/face/`, { citizen_id: '7-708-214', image: picture }, token), {
      status: 200,
      json: { result: true },
    });
    t.match(await post(server, '/v1/identify', { image: picture }, basic), {
      json: { candidates: [{ citizenId: '7-708-214', matches: true }] },
    });

    const b = (bytes: Buffer) =>
      ask(server, '/api/v1/face/liveness', {
        method: 'POST',
        headers: { authorization: basic, 'content-type': 'application/json' },
        body: JSON.stringify({ sessionId: '42', faceImageBase: bytes.toString('base64') }),
      });
    t.match(await b(picture), { status: 200, json: { hasError: false } });
    t.match(await b(several), { json: { hasError: true, error: 'TOO_MANY_FACES' } });

    const login = new URLSearchParams({ grant_type: 'password', client_id: 'triface', username: 'admin', password });
    const { json: tokens } = await ask(server, '/realms/triface/protocol/openid-connect/token', { method: 'POST', body: login });
    const parts = { channel: 'WEB', reference: 'contract-4711', file: picture };
    const scan = await post(server, '/face-liveness-sdk/v1/check_liveness', parts, `Bearer ${tokens.access_token}`);
    t.match(scan, { status: 200, json: { result: 'Real' } });
    t.match(scan.json.faces, [{ landmark_68: { length: 68 } }]);
    t.match(
      await ask(server, `/v1/face-liveness/${scan.json.id}`, { headers: { authorization: `Bearer ${tokens.access_token}` } }),
      {
        json: { reference: 'contract-4711' },
      },
    );
    t.match(await ask(server, '/triface/capture/'), { status: 200, json: /<html/ });
    t.match(await ask(server, '/metrics'), { status: 200 });

    await t.test('without rights', async (t) => {
      t.equal(server.exec('touch', '/app/x').status, 1, 'the file system is read-only');
      const status = server.exec('cat', '/proc/1/status').stdout;
      t.match(status, /^Uid:\s+10001\s+10001/m);
      t.match(status, /^CapEff:\s+0+$/m);
      t.match(status, /^NoNewPrivs:\s+1$/m);
      t.match(server.exec('cat', '/proc/1/cmdline').stdout, /^node\0/, 'the server is process 1');
      t.match(
        server.exec('cat', '/proc/1/limits').stdout,
        /^Max core file size\s+0\s+0/m,
        'a crash writes no memory to the disk',
      );
      t.equal(server.exec('stat', '-c', '%a %u', '/data').stdout.trim(), '700 10001');
    });

    await t.test('commands', async (t) => {
      t.match(server.exec('triface', '--version'), { status: 0, stderr: '', stdout: /^\d+\.\d+\.\d+\n$/ });
      t.match(server.exec('triface', 'models', 'verify'), { status: 0 });
      t.match(await podman.feed('another long one\n', 'exec', '--interactive', server.id, 'triface', 'user', 'add', 'kiosk-1'), {
        status: 0,
      });
      t.match(await post(server, '/api/token/', { username: 'kiosk-1', password: 'another long one' }), { status: 200 });
      t.match(server.exec('triface', 'config').stdout, /^HOST=0\.0\.0\.0$/m);
      const backup = "new (require('libsql'))('/data/triface.db').exec(`vacuum into '/data/backup.db'`)";
      t.match(server.exec('node', '-e', backup), { status: 0, stderr: '' }, 'a backup as docs/operations.md has it');
      const elsewhere = server.exec('env', 'TRIFACE_MODELS_DIR=/data/models', 'triface', 'models', 'prepare');
      t.match(elsewhere, { status: 1, stderr: /an image has its models in \/app\/models/i }, 'nothing is fetched');
    });

    await t.test('its health check', async (t) => {
      t.equal(podman.call('healthcheck', 'run', server.id).status, 0);
      t.equal(server.exec('sh', '-c', 'PORT=1 triface-health').status, 1);
    });

    t.equal(podman.call('stop', '--time', '60', server.id).status, 0);
    t.equal(server.exitCode, 0);
    t.strictSame(
      server.log
        .trim()
        .split('\n')
        .filter((line) => !/^\{.*\}$/.test(line)),
      [],
      'each line of the log is one event in JSON',
    );
  });

  t.test('SIGTERM during the start ends it', async (t) => {
    // Seconds since its first line: earlier, before Node runs any of its code, the kernel drops a signal to process 1.
    for (const moment of [0, 0.1, 0.3, 0.6, 1, 2]) {
      const server = podman.start();
      while (server.log === '') await sleep(20);
      await sleep(moment * 1000);
      podman.call('kill', '--signal', 'TERM', server.id);
      t.match(await server.ended(), /^(0|143)$/, `after ${moment} s`);
    }
    const hurried = podman.start();
    while (!hurried.log.includes('loading the models')) await sleep(20);
    for (let i = 0; i < 2; i++) podman.call('kill', '--signal', 'TERM', hurried.id);
    t.match(await hurried.ended(), /^(0|143)$/, 'after two signals while models are loaded');
  });

  t.test('kill -9 loses nothing', async (t) => {
    const volume = podman.volume();
    const before = await podman.start(['--volume', `${volume}:/data`]).ready();
    const person = { citizen_id: '7-708-214', name: 'Ana', image: picture };
    t.match(await post(before, `${recognizer}/persons/`, person, await apiToken(before)), { status: 201 });
    podman.call('kill', before.id);
    t.equal(await before.ended(), 137);
    const after = await podman.start(['--volume', `${volume}:/data`]).ready();
    t.match(await post(after, '/v1/identify', { image: picture }, basic), { json: { candidates: [{ citizenId: '7-708-214' }] } });
  });

  t.test('with half a core and 512 MB', async (t) => {
    const server = await podman.start(['--cpus', '0.5', '--memory', '512m']).ready();
    t.match(server.log, /"workers":1\b/);
    const answers = await Promise.all(Array.from({ length: 12 }, () => post(server, '/v1/identify', { image: picture }, basic)));
    t.strictSame(new Set(answers.map(({ status }) => status)), new Set([200]));
  });
});
