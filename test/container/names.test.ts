import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { selfie } from '../fixtures/pictures.js';
import { temporaryDirectory } from '../helper.js';
import { makeCertificate } from '../platform/safe-fetch/fetch-helper.js';
import { Podman, password, skip } from './podman.js';

/** Milliseconds after readiness in which ONNX Runtime's telemetry, where it was on, had looked up its host. */
const watched = 3000;

t.test('the container looks up no name by itself', { skip }, async (t) => {
  const podman = new Podman(t);
  const folder = temporaryDirectory(t);
  // Telemetry was silent without certificates.
  writeFileSync(join(folder, 'ca.pem'), makeCertificate('DNS:any.test').cert, { mode: 0o644 });
  const namespace = `triface-${process.pid}`;
  const ip = (...args: string[]) => t.equal(spawnSync('ip', args).status, 0, args.join(' '));
  ip('netns', 'add', namespace);
  t.teardown(() => spawnSync('ip', ['netns', 'delete', namespace]));
  ip('-n', namespace, 'link', 'set', 'lo', 'up');

  const script = fileURLToPath(new URL('./watch-names.js', import.meta.url));
  const resolver = spawn('ip', ['netns', 'exec', namespace, process.execPath, script], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(() => resolver.kill('SIGKILL'));
  await once(resolver.stdout, 'data');
  const server = podman.start([
    ...['--network', `ns:/run/netns/${namespace}`, '--dns', '127.0.0.53'],
    ...['--volume', `${join(folder, 'ca.pem')}:/etc/ssl/certs/ca-certificates.crt:ro`],
  ]);
  while (podman.call('exec', server.id, 'triface-health').status !== 0) await sleep(200);
  const judge = `
    const body = JSON.stringify({ faceImageBase: require('fs').readFileSync(0, 'base64') });
    const headers = { authorization: 'Basic ' + btoa('admin:${password}'), 'content-type': 'application/json' };
    fetch('http://127.0.0.1:8080/api/v1/face/liveness', { method: 'POST', headers, body }).then(async (r) => console.log(await r.text()))`;
  const answer = await podman.feed(await selfie(), 'exec', '--interactive', server.id, 'node', '-e', judge);
  t.match(answer.stdout, /"hasError":false/);
  await sleep(watched);
  t.match(server.exec('node', '-e', "require('dns').lookup('noticed.test', () => {})"), { status: 0 });
  const output = text(resolver.stdout);
  resolver.stdin.end();
  t.strictSame(JSON.parse(await output), ['noticed.test'], 'only what was looked up for this test');
});
