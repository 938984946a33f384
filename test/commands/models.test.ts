import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { findInstallation, findModelManifest, findModelsDir } from '../../src/base/installation.js';
import { loadModelManifest } from '../../src/inference/prepare/manifest.js';

const { models } = await loadModelManifest(findModelManifest());

/** Runs `triface models …` on a models directory, without a reachable registry. */
function run(t: { testdirName: string }, command: string, modelsDir: string) {
  const env = {
    ...process.env,
    TRIFACE_MODELS_DIR: modelsDir,
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_cache: t.testdirName,
  };
  const cli = join(findInstallation(), 'dist/src/cli.js');
  const args = [cli, 'models', command];
  return spawnSync(process.execPath, args, { cwd: findInstallation(), env, encoding: 'utf8', timeout: 60_000 });
}

t.test('verify: all models are valid', async (t) => {
  t.testdir();
  const { status, stdout, stderr } = run(t, 'verify', findModelsDir());
  t.equal(status, 0, stderr);
  t.equal(stdout.match(/^ok {7}/gm)?.length, models.length);
});

t.test('verify: exit 1 if models are missing or broken, each of them named', async (t) => {
  const modelsDir = join(t.testdir(), 'models');
  await mkdir(modelsDir);
  const [first, second] = models;
  await copyFile(join(findModelsDir(), first!.file), join(modelsDir, first!.file));
  await writeFile(join(modelsDir, second!.file), 'no model');
  const { status, stdout } = run(t, 'verify', modelsDir);
  t.equal(status, 1);
  t.match(stdout, new RegExp(`^ok {7}${first!.file}$`, 'm'));
  t.match(stdout, new RegExp(`^corrupt {2}${second!.file}: SHA-256 is [0-9a-f]{64}, expected ${second!.sha256}$`, 'm'));
  t.match(stdout, new RegExp(`^missing {2}${models[2]!.file}$`, 'm'));
  t.equal((await readFile(join(modelsDir, second!.file))).toString(), 'no model', 'verify changes nothing');
});

t.test('prepare: without work to do no registry is needed; with work and no registry there is one plain message', async (t) => {
  t.testdir();
  const right = run(t, 'prepare', findModelsDir());
  t.equal(right.status, 0, right.stderr);
  t.match(right.stdout, /^\d+ models are valid, 0 newly prepared/);

  const empty = run(t, 'prepare', join(t.testdirName, 'empty'));
  t.equal(empty.status, 1);
  t.match(empty.stderr, /could not be fetched from the npm registry \(ECONNREFUSED\)/);
  t.notMatch(empty.stderr, /^\s+at /m, 'no stack');
});
