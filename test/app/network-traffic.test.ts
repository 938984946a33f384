import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { temporaryDirectory } from '../helper.js';
import { makeCertificate } from '../platform/safe-fetch/fetch-helper.js';
import type { ServerTraffic } from './serve-watched.js';
import { prepareNamespace, startInNamespace } from './watched-network.js';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Milliseconds that the server is watched longer than ONNX Runtime's telemetry needed to be seen. */
const margin = 2000;

const folder = temporaryDirectory(t);
const ca = makeCertificate('DNS:any.test').cert;
const [served, reporting] = ['served', 'reporting'].map((name) => prepareNamespace(makeFolder(folder, name), ca));
const skip = served && reporting ? false : 'needs Linux with unshare, ip and mount';

t.test('the server connects to nothing but what is configured, and leaves no files elsewhere', { skip }, async (t) => {
  const server = startInNamespace(served!, path('./serve-watched.js'));
  t.teardown(() => server.kill('SIGKILL'));
  // Telemetry that is on, in a namespace of the same kind: shows that it is noticed here, and how long that takes.
  const telemetry = startInNamespace(reporting!, path('./load-with-telemetry.js'));
  t.teardown(() => telemetry.kill('SIGKILL'));

  const ended = once(server, 'exit');
  const output = text(server.stdout);
  const name = (await text(telemetry.stdout)).trim();
  t.match(name, /\.microsoft\.com$/, 'telemetry that is on is noticed');
  t.ok(existsSync(join(reporting!.HOME!, '.cache/Microsoft')), '… and leaves files');
  await sleep(margin);
  server.stdin.end();
  const [status] = await ended;
  t.equal(status, 0, 'server, evaluation and requests have run');

  const { connections, datagrams, lookups } = JSON.parse(await output) as ServerTraffic;
  t.strictSame(lookups, { before: [], after: ['pictures.test'] }, 'only the host of a picture is looked up');
  t.strictSame(connections, { before: 0, after: 1 }, '… and connected to');
  t.equal(datagrams, 0, 'no other datagram is sent');
  for (const name of ['HOME', 'TMPDIR']) t.strictSame(readdirSync(served![name]!, { recursive: true }), [], name);
});

function makeFolder(parent: string, name: string): string {
  mkdirSync(join(parent, name));
  return join(parent, name);
}
