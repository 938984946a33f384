import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { sha256 } from '../../../src/base/hash.js';
import { findModelManifest, findModelsDir } from '../../../src/base/installation.js';
import { loadModelManifest, type ModelManifest } from '../../../src/inference/prepare/manifest.js';
import { type PrepareProgress, prepareModels } from '../../../src/inference/prepare/prepare-models.js';
import { runPreparation } from '../../../src/inference/prepare/run-preparation.js';
import { verifyModels } from '../../../src/inference/prepare/verify-models.js';
import { integrityOf, pack, serveRegistry } from './local-registry.js';
import { encode, makeSmallModel } from './small-model.js';

/** An unreachable registry and an empty cache: every request to them fails. */
const offline = (t: Test) => ({ registry: 'http://127.0.0.1:9/', cache: join(t.testdirName, 'empty-cache'), fetchRetries: 0 });

/** Two models out of one served tarball, an empty models directory, and what preparing them tells. */
async function setUp(t: Test) {
  const raw = {
    'first.onnx': Buffer.from(encode(makeSmallModel())),
    'second.onnx': Buffer.from(encode(makeSmallModel({ scale: [4, 1e-20] }))),
  };
  const directory = t.testdir({ raw, cache: {} });
  const tarball = await pack(join(directory, 'raw'), Object.keys(raw));
  const registry = await serveRegistry([{ name: 'small-models', version: '1.0.0', tarball }], join(directory, 'cache'));
  t.teardown(() => registry.close());
  const steps = [{ step: 'zero-subnormals', below: 1e-12 }, { step: 'split-prelu' }, { step: 'dynamic-batch' }] as const;
  const manifest: ModelManifest = {
    version: 1,
    models: Object.entries(raw).map(([path, bytes]) => {
      const files = [{ path, sha256: sha256(bytes) }];
      const source = { package: 'small-models', version: '1.0.0', integrity: integrityOf(tarball), files };
      const prepared = runPreparation({ source, preparation: [...steps] }, new Map([[path, bytes]]));
      return {
        key: path.slice(0, -5),
        file: path,
        job: 'test',
        bytes: prepared.byteLength,
        sha256: sha256(prepared),
        source,
        preparation: [...steps],
        licence: 'none',
        inputs: [{ name: 'x', shape: ['batch', 2, 2, 2], meaning: 'numbers' }],
        outputs: [{ name: 'y', shape: ['batch', 2, 2, 2], meaning: 'numbers' }],
      };
    }),
  };
  const told: PrepareProgress[] = [];
  const modelsDir = join(directory, 'models');
  return {
    modelsDir,
    manifest,
    npm: registry.npm,
    registry,
    told,
    onProgress: (progress: PrepareProgress) => told.push(progress),
  };
}

const flipByte = async (path: string) => {
  const bytes = await readFile(path);
  bytes[100]! ^= 1;
  await writeFile(path, bytes);
  return sha256(bytes);
};

t.test('creates missing models, fetching a tarball once for all its models', async (t) => {
  const options = await setUp(t);
  const report = await prepareModels(options);
  t.same(report.models, [
    { key: 'first', file: 'first.onnx', action: 'made' },
    { key: 'second', file: 'second.onnx', action: 'made' },
  ]);
  t.same(
    (await verifyModels(options)).map((check) => check.state),
    ['ok', 'ok'],
  );
  t.same((await readdir(options.modelsDir)).sort(), ['first.onnx', 'second.onnx'], 'nothing else is left lying');
  t.same(options.registry.requests, ['small-models', 'small-models.tgz']);
  t.same(
    options.told.map((progress) => progress.event),
    ['checked', 'checked', 'fetching', 'made', 'made'],
  );
});

t.test('if all models are valid nothing is fetched', async (t) => {
  const options = await setUp(t);
  await prepareModels(options);
  const report = await prepareModels({ ...options, npm: offline(t) });
  t.same(
    report.models.map((model) => model.action),
    ['kept', 'kept'],
  );
});

t.test('a modified file is named and created again', async (t) => {
  const options = await setUp(t);
  await prepareModels(options);
  const found = await flipByte(join(options.modelsDir, 'second.onnx'));
  const wanted = options.manifest.models[1]!.sha256;
  const broken = { key: 'second', file: 'second.onnx', state: 'broken', wanted, got: found };
  t.same((await verifyModels(options))[1], broken);
  options.told.length = 0;
  const report = await prepareModels(options);
  t.same(options.told[1], { event: 'checked', check: broken });
  t.same(report.models[0], { key: 'first', file: 'first.onnx', action: 'kept' });
  t.same(report.models[1], { key: 'second', file: 'second.onnx', action: 'remade', found });
  t.equal(sha256(await readFile(join(options.modelsDir, 'second.onnx'))), wanted);
});

t.test('a model whose hash differs from the manifest is not written, and the broken one is removed', async (t) => {
  const options = await setUp(t);
  await prepareModels(options);
  await flipByte(join(options.modelsDir, 'second.onnx'));
  const got = options.manifest.models[1]!.sha256;
  const wanted = '0'.repeat(64);
  options.manifest.models[1]!.sha256 = wanted;
  const message = `the prepared second.onnx has SHA-256 ${got}, expected ${wanted}; it was not written`;
  await t.rejects(prepareModels(options), { name: 'ModelHashError', message });
  t.same(await readdir(options.modelsDir), ['first.onnx']);
});

t.test('without a network a broken model is an error and does not stay in place', async (t) => {
  const options = await setUp(t);
  await prepareModels(options);
  await flipByte(join(options.modelsDir, 'first.onnx'));
  await t.rejects(prepareModels({ ...options, npm: offline(t) }), { name: 'FetchError', message: /small-models@1\.0\.0/ });
  t.same(await readdir(options.modelsDir), ['second.onnx']);
});

t.test('several at once do not disturb each other', async (t) => {
  const options = await setUp(t);
  await Promise.all(Array.from({ length: 6 }, () => prepareModels(options)));
  t.same(
    (await verifyModels(options)).map((check) => check.state),
    ['ok', 'ok'],
  );
  t.equal((await readdir(options.modelsDir)).length, 2);
});

t.test('an abort between two models leaves only complete ones', async (t) => {
  const options = await setUp(t);
  const stop = new AbortController();
  const reason = new Error('enough');
  const onProgress = (progress: PrepareProgress) => progress.event === 'made' && stop.abort(reason);
  await t.rejects(prepareModels({ ...options, onProgress, signal: stop.signal }), reason);
  t.same(
    (await verifyModels(options)).map((check) => check.state),
    ['ok', 'missing'],
  );
});

t.test('the models of this installation are valid and need no network', async (t) => {
  const manifest = await loadModelManifest(findModelManifest());
  const report = await prepareModels({ modelsDir: findModelsDir(), manifest, npm: offline(t) });
  t.ok(report.models.every((model) => model.action === 'kept'));
  for (const { file, bytes } of manifest.models) t.equal((await readFile(join(findModelsDir(), file))).byteLength, bytes);
});

t.test('the installation is found from compiled code', async (t) => {
  t.ok(existsSync(findModelManifest()));
  t.equal(findModelsDir('/elsewhere'), '/elsewhere');
});
