import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { selfie } from '../fixtures/pictures.js';
import { temporaryDirectory } from '../helper.js';
import { Podman, password, skip } from './podman.js';

const authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;

t.test('surroundings with which the container cannot serve end it with one line', { skip }, async (t) => {
  const podman = new Podman(t);
  const parent = temporaryDirectory(t);
  const folder = (name: string, owner: number): string => {
    const path = join(parent, name);
    mkdirSync(path, { mode: 0o700 });
    chownSync(path, owner, owner);
    return path;
  };
  const full = folder('full', 10001);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,uid=10001,gid=10001,mode=0700', 'tmpfs', full]);
  t.equal(mounted.status, 0, 'a file system of 64 KiB');
  t.teardown(() => spawnSync('umount', [full]));

  const cases: [string, string[], RegExp][] = [
    ['a folder of root', ['--volume', `${folder('root', 0)}:/data`], /chown -R 10001:10001/],
    ['a folder of another user', ['--volume', `${folder('other', 1000)}:/data`], /owner 1000:1000.*chown -R 10001:10001/],
    ['a read-only folder', ['--volume', `${folder('read-only', 10001)}:/data:ro`], /read-only/],
    ['a full disk', ['--volume', `${full}:/data`], /full/],
    ['a file in place of the folder', ['--env', 'DATA_DIR=/etc/passwd'], /not a directory/],
    ['a misspelt setting', ['--env', 'TRIFACE_TRUST_PROXI=1'], /TRIFACE_TRUST_PROXI is not a setting/],
    ['an invalid setting', ['--env', 'WORKERS=lots'], /WORKERS/],
    ['a database that is not there', ['--env', 'DATABASE_URL=postgres://a:b@127.0.0.1:9/c'], /database/],
  ];
  for (const [name, options, expected] of cases) {
    const server = podman.start(options);
    t.equal(await server.ended(), 1, name);
    const lines = server.log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: number; msg: string });
    t.match(
      lines.filter(({ level }) => level === 60),
      [{ msg: expected }],
      `${name}: one line says why`,
    );
    t.notMatch(server.log, /node_modules|\.js:/, 'no stack');
  }
});

t.test('surroundings with which the container serves', { skip }, async (t) => {
  const podman = new Podman(t);
  const image = await selfie();
  const shared = temporaryDirectory(t);
  chmodSync(shared, 0o770);
  const serviceLink = {
    TRIFACE_SERVICE_HOST: '10.96.12.7',
    TRIFACE_SERVICE_PORT: '8080',
    TRIFACE_PORT: 'tcp://10.96.12.7:8080',
    TRIFACE_PORT_8080_TCP: 'tcp://10.96.12.7:8080',
    TRIFACE_PORT_8080_TCP_PROTO: 'tcp',
    TRIFACE_PORT_8080_TCP_PORT: '8080',
    TRIFACE_PORT_8080_TCP_ADDR: '10.96.12.7',
  };
  const cases: [string, string[]][] = [
    ["Kubernetes' variables", Object.entries(serviceLink).flatMap(([name, value]) => ['--env', `${name}=${value}`])],
    ['another time zone', ['--env', 'TZ=America/Panama']],
    ['a wrong time zone', ['--env', 'TZ=Nowhere/Nothing']],
    ['any user id in group 0, as OpenShift has it', ['--user', '1234567:0', '--volume', `${shared}:/data`]],
  ];
  for (const [name, options] of cases) {
    const server = await podman.start(options).ready();
    const body = JSON.stringify({ faceImageBase: image.toString('base64') });
    const headers = { authorization, 'content-type': 'application/json' };
    const answer = await fetch(`${server.url}/api/v1/face/liveness`, { method: 'POST', headers, body });
    t.match(await answer.json(), { hasError: false }, name);
    podman.call('kill', server.id);
  }

  t.test('256 MB: one worker and a warning', async (t) => {
    const server = await podman.start(['--memory', '256m', '--memory-swap', '256m']).ready();
    t.match(server.log, /"level":40,[^\n]*256 MiB of memory/);
    t.match(server.log, /"workers":1,"workersBy":"memory"/);
  });
});
