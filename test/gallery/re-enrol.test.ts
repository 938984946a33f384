import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { findModelsDir } from '../../src/base/installation.js';
import { openStore } from '../../src/storage/store.js';
import { readCommand } from '../commands/run-command.js';
import { selfie } from '../fixtures/pictures.js';
import { form, startTestServer, type TestServer, temporaryDirectory } from '../helper.js';

/**
 * The shipped network as a pack of another name: its templates are equally good, but cannot be compared with the shipped model's.
 */
function makePack(t: Test): string {
  const directory = join(temporaryDirectory(t), 'pack');
  mkdirSync(directory);
  copyFileSync(join(findModelsDir(), 'face-embedding.onnx'), join(directory, 'net.onnx'));
  const sha256 = createHash('sha256')
    .update(readFileSync(join(directory, 'net.onnx')))
    .digest('hex');
  const input = {
    ...{ name: 'input', width: 112, height: 112, layout: 'nchw', colour: 'bgr' },
    ...{ mean: [127, 127, 127], scale: [1 / 128, 1 / 128, 1 / 128] },
  };
  const points = [
    [38.2946, 51.6963],
    [73.5318, 51.5014],
    [56.0252, 71.7366],
    [41.5493, 92.3655],
    [70.7299, 92.2041],
  ];
  const pack = {
    ...{ format: 1, kind: 'recognition', name: 'other', version: '1', licence: 'of the test', origin: 'the test' },
    networks: [{ file: 'net.onnx', sha256, input, alignment: { points }, output: { name: 'output', length: 512 } }],
    comparison: { measure: 'cosine', threshold: 0.33 },
  };
  writeFileSync(join(directory, 'pack.json'), JSON.stringify(pack));
  return directory;
}

const triface = (dataDir: string, ...words: string[]): Promise<string> =>
  readCommand(words, { DATA_DIR: dataDir, WORKERS: '1', INFERENCE_PROVIDER: 'cpu' });

async function compare(server: TestServer, citizenId: string, image: Buffer): Promise<{ result: boolean }> {
  const answer = await fetch(`${server.url}/api/v3.2/biometrics/recognizer/face/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await server.apiToken()}` },
    body: form({ citizen_id: citizenId, image }),
  });
  return (await answer.json()) as { result: boolean };
}

test('another recognition model: templates are created again from kept pictures, and switching back is possible', async (t) => {
  const dataDir = temporaryDirectory(t);
  const env = { DATA_DIR: dataDir };
  const first = await startTestServer(t, env);
  const enrol = await fetch(`${first.url}/api/v3.2/biometrics/recognizer/persons/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await first.apiToken()}` },
    body: form({ citizen_id: '1', name: 'One', image: await selfie() }),
  });
  t.equal(enrol.status, 201);
  t.match(await compare(first, '1', await selfie()), { result: true });
  await first.stop();

  t.match(await triface(dataDir, 'models', 'add', makePack(t)), /added other@1/);
  t.match(await triface(dataDir, 'models', 'use', '--recognition', 'other'), /in use {3}other@1 for recognition/);
  t.match(await triface(dataDir, 'models', 'list'), /in use {3}other@1/);
  await t.rejects(triface(dataDir, 'models', 'remove', 'other'), /in use/);

  const before = await startTestServer(t, env);
  t.match(await compare(before, '1', await selfie()), { result: false }, 'templates of another model are not compared');
  // beside the running server
  t.match(await triface(dataDir, 'persons', 're-enrol'), /1 persons now have templates of other@1\n0 persons skipped/);
  t.match(await compare(before, '1', await selfie()), { result: true });
  t.match(await compare(before, '1', await selfie('other')), { result: false });
  const found = await fetch(`${before.url}/v1/identify`, {
    method: 'POST',
    headers: { authorization: before.basic },
    body: form({ image: await selfie() }),
  });
  t.match(await found.json(), { candidates: [{ citizenId: '1', matches: true }] });
  t.match(await triface(dataDir, 'persons', 're-enrol'), /0 persons now have/, 'a second run has nothing to do');
  const counts = (await triface(dataDir, 'persons', 'count')).trim().split('\n');
  t.match(counts.sort(), [/^1 {2}persons of /, '1  templates of other@1', /^1 {2}templates of shipped-/]);
  t.equal(counts.length, 3);
  await before.stop();

  await triface(dataDir, 'models', 'use', '--recognition', 'shipped');
  const back = await startTestServer(t, env);
  t.match(await compare(back, '1', await selfie()), { result: true }, 'the former templates were kept');
  await back.stop();

  await triface(dataDir, 'models', 'use', '--recognition', 'other@1');
  const store = await openStore({ databaseUrl: '', dataDir });
  t.teardown(() => store.close());
  await store.db.deleteFrom('enrolments').where('model', '=', 'other@1').execute();
  await store.db.updateTable('enrolments').set({ pictureId: null }).execute();
  t.match(await triface(dataDir, 'persons', 're-enrol'), /0 persons now have.*\n1 persons skipped: no stored picture/);
});
