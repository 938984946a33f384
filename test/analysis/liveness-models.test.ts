import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Engine } from '../../src/analysis/engine.js';
import type { FaceObservation } from '../../src/analysis/observation.js';
import { findModelsDir, findPackCatalog } from '../../src/base/installation.js';
import { toLogit, toProbability } from '../../src/base/logit.js';
import { addPack, usePacks } from '../../src/inference/packs/pack-store.js';
import { findAnyScan } from '../../src/scans/scans.js';
import { openStore } from '../../src/storage/store.js';
import { selfie } from '../fixtures/pictures.js';
import { startTestServer, temporaryDirectory } from '../helper.js';
import { describeMade, makeNetwork, writePack } from '../inference/packs/made-pack.js';

const ownPacks = (dataDir: string): string => join(dataDir, 'packs');

/** A data directory with a pack whose score depends on how red the face is. */
async function addReddish(t: Test): Promise<string> {
  const dataDir = temporaryDirectory(t);
  const network = makeNetwork();
  const base = describeMade(network).networks[0]!;
  const networks = [{ ...base, output: { name: 'output', kind: 'sigmoid' as const, liveIndex: 0 } }];
  const source = writePack(join(dataDir, 'given'), network, describeMade(network, { name: 'reddish', networks }));
  await addPack(source, { packsDir: ownPacks(dataDir), catalogFile: findPackCatalog() });
  return dataDir;
}

async function look(t: Test, packsDir?: string): Promise<{ face: FaceObservation; models: string }> {
  const engine = await Engine.start({
    modelsDir: findModelsDir(),
    ...(packsDir ? { packsDir } : {}),
    provider: 'cpu',
    workers: 1,
    queueLimit: 4,
    deadlineMs: 20_000,
    maxPixels: 50_000_000,
  });
  const outcome = await engine.analyze({ bytes: await selfie() });
  await engine.close();
  if (!('observation' in outcome)) throw new Error(outcome.reason);
  t.equal(outcome.observation.faces.length, 1);
  return { face: outcome.observation.faces[0]!, models: engine.livenessModels };
}

t.test('packs not in use change nothing; those in use are fused by their weights, and each contributes', async (t) => {
  const packsDir = ownPacks(await addReddish(t));
  const alone = await look(t);
  t.equal(alone.models, 'shipped');
  t.strictSame(alone.face.livenessScores, { shipped: alone.face.liveness });
  t.strictSame((await look(t, packsDir)).face, alone.face);

  await usePacks(packsDir, [{ name: 'reddish', weight: 3 }], 0.5);
  const fused = await look(t, packsDir);
  t.equal(fused.models, 'shipped*0.5 reddish@1.0.0*3');
  const { shipped, 'reddish@1.0.0': reddish } = fused.face.livenessScores;
  t.equal(shipped, alone.face.liveness);
  t.ok(reddish! > 0.5 && reddish! < 0.95, `${reddish}`);
  const wanted = toProbability((0.5 * toLogit(shipped!) + 3 * toLogit(reddish!)) / 3.5);
  t.ok(Math.abs(fused.face.liveness - wanted) < 1e-3, `${fused.face.liveness} for ${wanted}`);

  await usePacks(packsDir, []);
  t.strictSame((await look(t, packsDir)).face, alone.face);
});

t.test('health, metrics and a stored scan name the models; the scan contains the score of each', async (t) => {
  const dataDir = await addReddish(t);
  await usePacks(ownPacks(dataDir), [{ name: 'reddish' }]);
  const server = await startTestServer(t, { DATA_DIR: dataDir });
  const response = await fetch(`${server.url}/api/v1/face/liveness`, {
    method: 'POST',
    headers: { authorization: server.basic, 'content-type': 'application/json' },
    body: JSON.stringify({ sessionId: 'which-models', faceImageBase: (await selfie()).toString('base64') }),
  });
  t.equal(response.status, 200);
  const models = 'shipped*1 reddish@1.0.0*1';
  t.match(await (await fetch(`${server.url}/health/ready`)).json(), { livenessModels: models });
  t.match(await (await fetch(`${server.url}/metrics`)).text(), `triface_liveness_models_info{models="${models}"} 1`);
  const store = await openStore({ databaseUrl: '', dataDir });
  t.teardown(() => store.close());
  const scan = await findAnyScan(store, '1');
  t.match(scan?.detail, {
    livenessModels: models,
    faces: [{ livenessScores: { shipped: Number, 'reddish@1.0.0': Number } }],
  });
});

t.test('a server with a broken pack does not start, and names the pack', async (t) => {
  const dataDir = await addReddish(t);
  const packsDir = ownPacks(dataDir);
  await usePacks(packsDir, [{ name: 'reddish' }]);
  rmSync(join(packsDir, 'reddish@1.0.0', 'made.onnx'));
  t.strictSame(readdirSync(packsDir).sort(), ['active.json', 'reddish@1.0.0']);
  await t.rejects(startTestServer(t, { DATA_DIR: dataDir }), {
    name: 'PackError',
    message: /model pack reddish@1\.0\.0: made\.onnx is missing[\s\S]*the server cannot start without it/,
  });
});

t.test('a pack that a worker cannot load stops the start, too', async (t) => {
  const packsDir = ownPacks(await addReddish(t));
  await usePacks(packsDir, [{ name: 'reddish' }]);
  const description = join(packsDir, 'reddish@1.0.0', 'pack.json');
  writeFileSync(description, readFileSync(description, 'utf8').replace('"name":"output"', '"name":"elsewhere"'));
  await t.rejects(look(t, packsDir), { name: 'PackError', message: /model pack reddish@1\.0\.0: made\.onnx .*elsewhere/ });
});
