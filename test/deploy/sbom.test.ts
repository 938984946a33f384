import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { findInstallation } from '../../src/base/installation.js';
import { type Component, readCycloneDx, type Sbom } from './cyclonedx.js';

const root = findInstallation();
const readJson = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'));

interface Locked {
  readonly version: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
}

/** Packages of package-lock.json that are installed here and stay after `npm prune --omit=dev`: their folders and versions. */
const production = Object.entries(readJson(root, 'package-lock.json').packages as Record<string, Locked>)
  .filter(([folder, { dev }]) => folder !== '' && !dev && existsSync(join(root, folder, 'package.json')))
  .sort();

/** An installation without the packages of development, and a file system with dpkg's database, as they are in an image. */
function createImage(folder: string): { app: string; system: string } {
  const [app, system] = [join(folder, 'app'), join(folder, 'system')];
  cpSync(join(root, 'models'), join(app, 'models'), { recursive: true, filter: (path) => !path.includes('@') });
  cpSync(join(root, 'package.json'), join(app, 'package.json'));
  // The files that the SBOM is made of: copying the packages themselves takes seconds.
  for (const [path] of production) {
    mkdirSync(join(app, path), { recursive: true });
    for (const name of ['package.json', 'versions.json'])
      if (existsSync(join(root, path, name))) cpSync(join(root, path, name), join(app, path, name));
  }
  mkdirSync(join(system, 'etc'), { recursive: true });
  writeFileSync(join(system, 'etc/os-release'), 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n');
  mkdirSync(join(system, 'var/lib/dpkg'), { recursive: true });
  writeFileSync(
    join(system, 'var/lib/dpkg/status'),
    [
      'Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nSource: glibc\nVersion: 2.36-9+deb12u14\nDescription: C\n Version: 1',
      'Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nSource: zlib (1:1.2)\nVersion: 1:1.2.13+b1',
      'Package: perl\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 5.36',
    ].join('\n\n'),
  );
  return { app, system };
}

function runWriter({ app, system }: { app: string; system: string }, epoch?: string) {
  const lists = ['dist/packages.json', 'dist/web/packages.json'].flatMap((name) => ['--bundled', join(root, name)]);
  const words = ['--app', app, '--system', system, ...lists];
  return spawnSync(process.execPath, [join(root, 'deploy/sbom/write-sbom.mjs'), ...words], {
    encoding: 'utf8',
    env: { ...(epoch ? { SOURCE_DATE_EPOCH: epoch } : {}) },
    maxBuffer: 64 * 1024 * 1024,
  });
}

const isInstalled = ({ location }: { location: string }): boolean => !location.startsWith('dist/');
const byType = ({ components }: Sbom, type: string): readonly Component[] => components.filter((one) => one.type === type);
const byPurl = ({ components }: Sbom, start: string): readonly Component[] =>
  components.filter(({ purl }) => purl?.startsWith(start));

t.test('the SBOM of an image', async (t) => {
  const image = createImage(t.testdir());
  const { status, stdout, stderr } = runWriter(image, '1800000000');
  t.equal(status, 0, stderr);
  const sbom = await readCycloneDx(stdout);

  t.test('is the same for the same files, and dated by SOURCE_DATE_EPOCH alone', async (t) => {
    t.equal(runWriter(image, '1800000000').stdout, stdout);
    t.equal(sbom.metadata.timestamp, '2027-01-15T08:00:00.000Z');
    const undated = await readCycloneDx(runWriter(image).stdout);
    t.equal(undated.metadata.timestamp, undefined);
    t.not(undated.serialNumber, sbom.serialNumber);
  });

  t.test('has the packages of package-lock.json, each with its places, and no others', async (t) => {
    const found = byPurl(sbom, 'pkg:npm/').flatMap(({ version, evidence }) =>
      evidence!.occurrences.filter(isInstalled).map(({ location }) => [location, version]),
    );
    t.same(
      found.sort(),
      production.map(([folder, { version }]) => [folder, version]),
    );
    t.ok(byPurl(sbom, 'pkg:npm/%40img/sharp-libvips').every(({ components }) => components!.some(({ name }) => name === 'webp')));
  });

  t.test('has the packages inside of built files', async (t) => {
    const found = new Map<string, string[]>();
    for (const { name, evidence } of byPurl(sbom, 'pkg:npm/'))
      for (const { location } of evidence!.occurrences.filter((one) => !isInstalled(one)))
        found.set(location, [...(found.get(location) ?? []), name]);
    const inSite = [...found].filter(([location]) => location.startsWith('dist/web/site/'));
    t.same(new Set(inSite.flatMap(([, names]) => names)), new Set(['jose', 'onnxruntime-web']));
    for (const [location] of inSite) t.ok(existsSync(join(root, location)), location);

    // In the server's bundles, which are not minified, esbuild names each source in a comment.
    const libraries = readdirSync(join(root, 'dist/src/libraries')).map((name) => `dist/src/libraries/${name}`);
    for (const library of libraries) {
      const sources = readFileSync(join(root, library), 'utf8').matchAll(
        /^(?: *)\/\/ .*\bnode_modules\/((?:@[^/\s]+\/)?[^/\s]+)\/\S+$/gm,
      );
      const wanted = new Set([...sources].map(([, name]) => name!));
      t.same([...new Set(found.get(library))].sort(), [...wanted].sort(), library);
    }
    for (const name of ['koa', 'oidc-provider', 'jose', 'kysely', 'typebox'])
      t.ok([...found.values()].flat().includes(name), name);
  });

  t.test('has the models of the manifest with their hashes and licences', async (t) => {
    const { models } = readJson(root, 'models/manifest.json');
    t.same(
      byType(sbom, 'machine-learning-model').map(({ name, hashes, licenses }) => [name, hashes, licenses]),
      models
        .map(({ key, sha256, licence }: Record<string, string>) => [
          key,
          [{ alg: 'SHA-256', content: sha256 }],
          [{ license: { name: licence } }],
        ])
        .sort(([a]: [string], [b]: [string]) => (a < b ? -1 : 1)),
    );
  });

  t.test('has Node with its libraries, the system and its installed packages', async (t) => {
    const [node] = byType(sbom, 'platform');
    t.equal(node!.version, process.versions.node);
    t.equal(node!.components!.find(({ name }) => name === 'openssl')!.version, process.versions.openssl);
    t.same(
      byType(sbom, 'operating-system').map(({ name, version }) => [name, version]),
      [['debian', '12']],
    );
    t.same(
      byPurl(sbom, 'pkg:deb/').map(({ purl }) => purl),
      [
        'pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64&distro=debian-12&upstream=glibc%402.36-9%2Bdeb12u14',
        'pkg:deb/debian/zlib1g@1%3A1.2.13%2Bb1?arch=amd64&distro=debian-12&upstream=zlib%401%3A1.2',
      ],
    );
  });

  t.test('names what depends on what, and every reference exists', async (t) => {
    const refs = new Set([sbom.metadata.component['bom-ref'], ...sbom.components.map((one) => one['bom-ref'])]);
    for (const { ref, dependsOn } of sbom.dependencies) t.ok(refs.has(ref) && dependsOn.every((one) => refs.has(one)), ref);
    const reached = new Set<string>();
    const visit = (ref: string): void => {
      if (reached.has(ref)) return;
      reached.add(ref);
      for (const one of sbom.dependencies.find((entry) => entry.ref === ref)?.dependsOn ?? []) visit(one);
    };
    visit(sbom.metadata.component['bom-ref']);
    t.same(
      [...refs].filter((ref) => !reached.has(ref)),
      [],
      'everything is there because of something',
    );
  });
});

t.test('an added pack: its name, licence and networks', async (t) => {
  const image = createImage(t.testdir());
  const folder = join(image.app, 'models/packs/one@2.1');
  mkdirSync(folder);
  const sha256 = createHash('sha256').update('weights').digest('hex');
  const description = { name: 'one', version: '2.1', licence: 'MIT', origin: 'somebody', networks: [{ file: 'n.onnx', sha256 }] };
  writeFileSync(join(folder, 'pack.json'), JSON.stringify(description));
  writeFileSync(join(folder, 'n.onnx'), 'weights');
  const sbom = await readCycloneDx(runWriter(image).stdout);
  const pack = byType(sbom, 'machine-learning-model').find(({ name }) => name === 'one')!;
  t.match(pack, {
    version: '2.1',
    licenses: [{ license: { name: 'MIT' } }],
    components: [{ hashes: [{ alg: 'SHA-256', content: sha256 }] }],
  });

  writeFileSync(join(folder, 'n.onnx'), 'other weights');
  const { status, stdout, stderr } = runWriter(image);
  t.equal(status, 1, 'other weights than the pack names');
  t.match(stderr, /^SBOM: .*n\.onnx is not the file that its description names\n$/);
  t.equal(stdout, '');
});

t.test('something is missing: one line and exit code 1', async (t) => {
  for (const path of ['app/models/eye-state.onnx', 'app/package.json', 'system/var/lib/dpkg/status', 'system/etc/os-release']) {
    const folder = t.testdir();
    const image = createImage(folder);
    rmSync(join(folder, path));
    const { status, stderr } = runWriter(image);
    t.equal(status, 1, path);
    t.match(stderr, new RegExp(`^SBOM: ENOENT.*${path}'\n$`), path);
  }
});
