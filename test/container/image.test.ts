import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { findInstallation } from '../../src/base/installation.js';
import { readCycloneDx } from '../deploy/cyclonedx.js';
import { temporaryDirectory } from '../helper.js';
import { image, Podman, skip } from './podman.js';

/** Bytes. The aim of 120 MB, compressed with gzip as a registry stores it; what it is unpacked. */
const limits = { compressed: 120e6, unpacked: 300e6 };

t.test('the image', { skip }, async (t) => {
  const podman = new Podman(t);
  const [{ Config: config, Size: size, Labels: labels }] = JSON.parse(podman.call('image', 'inspect', image).stdout);

  t.test('says how it runs', async (t) => {
    t.equal(config.User, '10001:10001');
    t.strictSame(config.Entrypoint, ['triface']);
    t.strictSame(config.Cmd, ['serve']);
    t.strictSame(Object.keys(config.ExposedPorts), ['8080/tcp']);
    t.strictSame(Object.keys(config.Volumes), ['/data']);
    const { version } = JSON.parse(readFileSync(join(findInstallation(), 'package.json'), 'utf8')) as { version: string };
    const of = (name: string): string => labels[`org.opencontainers.image.${name}`];
    t.equal(of('version'), version);
    t.match(of('revision'), /^[0-9a-f]{40}$/);
    t.match(of('created'), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    t.match(of('base.name'), /^node:/);
  });

  t.test('is small', async (t) => {
    t.ok(size < limits.unpacked, `${size} bytes unpacked`);
    const folder = temporaryDirectory(t);
    t.equal(podman.call('push', '--quiet', '--compress', image, `dir:${folder}`).status, 0);
    const compressed = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    t.ok(compressed < limits.compressed, `${compressed} bytes compressed`);
    t.comment(`${(compressed / 1e6).toFixed(1)} MB compressed, ${(size / 1e6).toFixed(1)} MB unpacked`);
  });

  t.test('holds what serves, and nothing else', async (t) => {
    const find = (...words: string[]): string[] =>
      podman
        .inside('find', '/', '-xdev', ...words)
        .split('\n')
        .filter(Boolean);
    t.strictSame(find('-type', 'f', '-perm', '/6000'), [], 'no set-uid program');
    t.strictSame(find('!', '-user', '0', '!', '-path', '/data'), [], 'all but /data belongs to root');
    t.strictSame(find('-perm', '-002', '!', '-type', 'l').sort(), ['/tmp', '/var/tmp'], 'others write to /tmp alone');
    const programs = find('-type', 'f', '-perm', '/111', '-path', '*/bin/*');
    t.match(programs, /./);
    const unwanted = /^(npm|npx|corepack|apt.*|dpkg.*|perl.*|python.*|gcc.*|cc|make|curl|wget|su|mount|passwd)$/;
    t.strictSame(
      programs.filter((path) => unwanted.test(path.split('/').at(-1)!)),
      [],
    );
    const files = find('-path', '/app/*', '-type', 'f');
    const isForDevelopers = /\.([cm]?ts|map|md|jpe?g|gif|webp|heic|test\.js|pem|key)$/;
    t.strictSame(
      files.filter((path) => isForDevelopers.test(path) && !/\/(licen|notice|third)/i.test(path)),
      [],
    );
    for (const name of ['pacote', 'typescript', 'tap', 'esbuild', 'onnxruntime-web', '@libsql/linux-x64-musl', 'protobufjs/cli'])
      t.notOk(
        files.some((path) => path.startsWith(`/app/node_modules/${name}/`)),
        name,
      );
    t.strictSame(
      files.filter((path) => /^\/app\/(src|test|docs|\.git|\.npmrc)/.test(path)),
      [],
    );
    t.ok(
      files.some((path) => /^\/app\/node_modules\/fastify\/LICENSE/.test(path)),
      'the licences of the packages',
    );
    const { components } = await readCycloneDx(podman.inside('cat', '/app/sbom.cdx.json'));
    const listed = new Set(components.map(({ name }) => name));
    for (const name of ['fastify', 'oidc-provider', 'onnxruntime-node', 'onnxruntime-web', 'node', 'libc6', 'face-liveness'])
      t.ok(listed.has(name), `the SBOM lists ${name}`);
    const licences = files.filter((path) => /\/licen[cs]e[^/]*$/i.test(path));
    t.ok(licences.length > 150, `${licences.length} licences`);
  });
});
