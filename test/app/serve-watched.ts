// Run in a namespace by network-traffic.test.ts: serves, sends each contract a picture, evaluates a folder, and goes on serving until its
// input ends. Then prints what was sent meanwhile, as ServerTraffic in JSON.
import { type ChildProcess, spawn } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { selfie } from '../fixtures/pictures.js';
// Not from helper.js: that brings tap, which prints to the output of a program that runs for more than thirty seconds.
import { form } from '../form.js';
import { countTraffic, everyAddress, startResolver } from './watched-network.js';

/** What the server and the command sent. */
export interface ServerTraffic {
  /** TCP connections before and after the picture by URL was asked for */
  readonly connections: { readonly before: number; readonly after: number };
  /** names that were looked up, before and after */
  readonly lookups: { readonly before: readonly string[]; readonly after: readonly string[] };
  /** other than answers of the resolver and the questions that it answered */
  readonly datagrams: number;
}

const cli = fileURLToPath(new URL('../../src/cli.js', import.meta.url));
const folder = process.env.FOLDER!;
const [user, password] = ['watched', 'correct horse battery'];
const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const picture = await selfie();

const resolver = await startResolver();
/** connections of this program's own requests */
let own = 0;
subscribe('net.client.socket', () => own++);
const count = (): number => countTraffic().connections - own;

const images = createServer((_request, response) => void response.end(picture)).listen(80, everyAddress);
await once(images, 'listening');

const server = run('serve', {
  PORT: '8080',
  TRIFACE_ADMIN_USER: user,
  TRIFACE_ADMIN_PASSWORD: password,
  TRIFACE_IMAGE_URL_HOSTS: 'http://pictures.test',
});
while (!(await fetch('http://127.0.0.1:8080/health/ready').catch(() => undefined))?.ok)
  await new Promise((resolve) => setTimeout(resolve, 200));

const token = async (path: string, more: Record<string, string> = {}): Promise<string> => {
  const body = new URLSearchParams({ username: user, password, ...more });
  const answer = (await (await ask(path, { method: 'POST', body })).json()) as { access?: string; access_token?: string };
  return `Bearer ${answer.access ?? answer.access_token}`;
};
const openId = { grant_type: 'password', client_id: 'triface' };
await judge('/api/v3/biometrics/liveness/', await token('/api/token/'), { selfie: picture });
const bearer = await token('/realms/triface/protocol/openid-connect/token', openId);
await judge('/face-liveness-sdk/v1/check_liveness', bearer, { file: picture, channel: 'WEB', reference: 'watched' });
await judgeImageBase(picture.toString('base64'));

const set = join(folder, 'set');
for (const label of ['bona-fide', 'attack/print']) {
  mkdirSync(join(set, label), { recursive: true });
  writeFileSync(join(set, label, 'one.jpg'), picture);
}
const [evaluated] = await once(run('evaluate', {}, set), 'exit');
if (evaluated !== 0) throw new Error(`evaluate ended with ${evaluated}`);

process.stdin.resume();
await once(process.stdin, 'end');
const before = { connections: count(), lookups: [...resolver.names], datagrams: countTraffic().datagrams };
await judgeImageBase('http://pictures.test/selfie.jpg');
const after = { connections: count(), lookups: resolver.names };
const ended = once(server, 'exit');
server.kill('SIGTERM');
await ended;
const traffic: ServerTraffic = {
  connections: { before: before.connections, after: after.connections },
  lookups: { before: before.lookups, after: after.lookups },
  datagrams: before.datagrams,
};
console.log(JSON.stringify(traffic));
process.exit(0);

function run(command: string, env: Record<string, string>, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [cli, command, ...args], {
    env: {
      ...{ PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR },
      ...{ DATA_DIR: join(folder, 'data'), WORKERS: '1', LOG_LEVEL: 'silent', HOST: '127.0.0.1' },
      ...env,
    },
    stdio: 'ignore',
  });
}

async function judge(path: string, authorization: string, parts: Record<string, string | Buffer>): Promise<void> {
  await ask(path, { method: 'POST', headers: { authorization }, body: form(parts) });
}

async function judgeImageBase(faceImageBase: string): Promise<void> {
  const headers = { authorization: basic, 'content-type': 'application/json' };
  const answer = await ask('/api/v1/face/liveness', { method: 'POST', headers, body: JSON.stringify({ faceImageBase }) });
  const { hasError, error } = (await answer.json()) as { hasError: boolean; error?: string };
  if (hasError) throw new Error(`contract B answered ${error}`);
}

/** @throws Error unless the answer is 200 */
async function ask(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(`http://127.0.0.1:8080${path}`, init);
  if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return response;
}
