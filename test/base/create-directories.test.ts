// Every cause that prevents the creation of a directory, for all code that creates one at an operator's path. Two of the causes
// need a mount namespace: this file runs itself again in one.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { createDirectories } from '../../src/base/create-directories.js';
import { findInstallation } from '../../src/base/installation.js';
import { parseDatabaseUrl } from '../../src/base/settings/database-url.js';
import { writeAtomically } from '../../src/base/write-atomically.js';
import { StateFile } from '../../src/evaluation/state-file.js';
import { addPack, usePacks } from '../../src/inference/packs/pack-store.js';
import { loadModelManifest } from '../../src/inference/prepare/manifest.js';
import { prepareModels } from '../../src/inference/prepare/prepare-models.js';
import { readOrMakeKeyFile } from '../../src/keys/key-file.js';
import { prepareDataDir } from '../../src/server/data-dir.js';
import { openSqliteStore } from '../../src/storage/sqlite-store.js';
import { temporaryDirectory } from '../helper.js';

const root = findInstallation();
const linux = process.platform === 'linux' ? false : 'needs Linux';

/** All code that creates a directory whose path an operator chooses. */
const creators: Record<string, (directory: string) => Promise<unknown>> = {
  createDirectories: (directory) => createDirectories(directory),
  'the data directory': (directory) => prepareDataDir({ DATA_DIR: directory, DATABASE_URL: parseDatabaseUrl('') }),
  'a key file': (directory) =>
    readOrMakeKeyFile({ directory, name: 'key', make: () => Promise.resolve('k'), warn: () => undefined }),
  'the SQLite file': (directory) => openSqliteStore(join(directory, 'triface.db')),
  'the models': async (modelsDir) =>
    prepareModels({ modelsDir, manifest: await loadModelManifest(join(root, 'models/manifest.json')), npm: {} }),
  'the choice of packs': (directory) => usePacks(directory, []),
  'an added pack': (packsDir) =>
    addPack(join(root, 'models/packs/facenox'), { packsDir, catalogFile: join(root, 'models/catalog.json') }),
  'the state of an evaluation': (directory) => StateFile.open(join(directory, 'state.jsonl'), 'key'),
  writeAtomically: (directory) => writeAtomically(join(directory, 'file'), Buffer.from('x')),
};

/** Asserts that every creator fails, and gives the reason. */
async function refused(t: Test, directory: string, reason: string): Promise<void> {
  for (const [name, create] of Object.entries(creators)) {
    const error = await create(directory).then(
      () => undefined,
      (failure: Error) => failure,
    );
    // The choice of packs is read before it is written, so that some paths fail earlier.
    const named =
      error?.message.includes(reason) || (name === 'the choice of packs' && /cannot be read \(E/.test(error?.message ?? ''));
    t.ok(named, `${name}: ${error?.message.slice(0, 300) ?? 'it did not fail'}`);
    t.notMatch(error?.message, '\n');
    t.not(error?.name, 'Error', 'the operator sees the message without a stack');
  }
}

if (process.env.TRIFACE_TEST_INSIDE === undefined) outside();
else inside(process.env.TRIFACE_TEST_INSIDE);

function outside(): void {
  t.test('missing parents are created with the mode, existing ones keep theirs', async (t) => {
    const base = temporaryDirectory(t);
    chmodSync(base, 0o755);
    await createDirectories(join(base, 'a/b/c'), 0o700);
    await createDirectories(join(base, 'a/b/c'), 0o755);
    const modes = ['.', 'a', 'a/b', 'a/b/c'].map((name) => statSync(join(base, name)).mode & 0o777);
    if (process.platform !== 'win32') t.same(modes, [0o755, 0o700, 0o700, 0o700]);
    symlinkSync(join(base, 'a'), join(base, 'link'));
    await createDirectories(join(base, 'link/d'));
    t.ok(existsSync(join(base, 'a/d')));
  });

  t.test('many at once', async (t) => {
    const path = join(temporaryDirectory(t), 'a/b/c/d');
    await Promise.all(Array.from({ length: 20 }, () => createDirectories(path)));
    t.ok(existsSync(path));
  });

  t.test('below a file', async (t) => {
    const file = join(temporaryDirectory(t), 'file');
    writeFileSync(file, '');
    for (const path of [file, join(file, 'x'), join(file, 'x/y')]) await refused(t, path, `${file} is not a directory`);
  });

  t.test('a name that is too long', { skip: linux }, async (t) => {
    const base = temporaryDirectory(t);
    for (const path of [join(base, 'n'.repeat(256)), join(base, 'n'.repeat(256), 'x'), join(base, 'long/'.repeat(1_000))])
      await refused(t, path, 'the path, or a name in it, is too long');
    t.same(readdirSync(base), [], 'nothing is created');
  });

  t.test('links that lead nowhere or in circles', { skip: linux }, async (t) => {
    const base = temporaryDirectory(t);
    symlinkSync(join(base, 'absent'), join(base, 'broken'));
    symlinkSync(join(base, 'circle'), join(base, 'circle'));
    for (const path of ['broken', 'broken/x'])
      await refused(t, join(base, path), `${join(base, 'broken')} is a link to a path that does not exist`);
    for (const path of ['circle', 'circle/x/y'])
      await refused(t, join(base, path), `${join(base, path)} leads through too many symbolic links`);
  });

  t.test('a file system without new directories: the attempt ends', { skip: linux, timeout: 20_000 }, async (t) => {
    for (const path of ['/proc/triface', '/proc/triface/data', '/proc/self/triface'])
      await refused(t, path, `the file system of ${path.replace(/\/triface.*/, '')} does not support new directories`);
  });

  t.test('a file system that is read-only, and one that is full', async (t) => {
    const base = temporaryDirectory(t);
    for (const name of ['readonly', 'full']) mkdirSync(join(base, name));
    const mount = 'mount -t tmpfs -o ro none "$0/readonly" && mount -t tmpfs -o nr_inodes=1 none "$0/full"';
    const unshare = ['--mount', '--map-root-user', 'sh', '-c'];
    if (spawnSync('unshare', [...unshare, mount, base]).status !== 0)
      return t.comment('not tested: needs Linux with unshare and the right to mount');
    const { NODE_OPTIONS: _, ...rest } = process.env;
    const command = [...unshare, `${mount} && exec "$@"`, base, process.execPath, fileURLToPath(import.meta.url)];
    const env = { ...rest, TRIFACE_TEST_INSIDE: base };
    const run = spawnSync('unshare', command, { encoding: 'utf8', env, timeout: 60_000 });
    t.equal(run.status, 0, 'every assertion in the namespace holds');
    if (run.status !== 0) t.comment(run.stdout, run.stderr);
    t.match(run.stdout, /^ok 2 - full/m, 'and they ran');
  });

  t.test('no other code in src creates directories recursively', async (t) => {
    const allowed = ['src/base/create-directories.ts', 'src/build.mjs', 'src/web/bundle/'];
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .map((name) => `src/${name.replaceAll('\\', '/')}`)
      .filter((name) => /\.(ts|mjs)$/.test(name) && !allowed.some((path) => name.startsWith(path)));
    t.ok(sources.length > 100);
    const found = sources.filter((name) => /mkdir(Sync)?\([^;]*recursive/.test(readFileSync(join(root, name), 'utf8')));
    t.same(found, [], 'use createDirectories');
  });
}

function inside(base: string): void {
  t.test('read-only', async (t) => {
    for (const path of ['readonly/x', 'readonly/x/y/z'])
      await refused(t, join(base, path), `the file system of ${join(base, 'readonly')} is read-only`);
  });
  t.test('full', async (t) => {
    for (const path of ['full/x', 'full/x/y'])
      await refused(t, join(base, path), `the file system of ${join(base, 'full')} is full`);
  });
}
