import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { findModelManifest } from '../../../src/base/installation.js';
import { loadModelManifest, type ModelManifest } from '../../../src/inference/prepare/manifest.js';

/** The committed manifest with a change, written to a file. */
async function change(t: Test, edit: (manifest: ModelManifest) => void): Promise<string> {
  const manifest = JSON.parse(await readFile(findModelManifest(), 'utf8')) as ModelManifest;
  edit(manifest);
  const path = join(t.testdir(), 'manifest.json');
  await writeFile(path, JSON.stringify(manifest));
  return path;
}

t.test('the committed manifest is valid', async (t) => {
  const { models } = await loadModelManifest(findModelManifest());
  t.same(models.map((model) => model.key).sort(), [
    'eye-state',
    'face-detector',
    'face-detector-blazeface',
    'face-embedding',
    'face-landmarks',
    'face-liveness',
    'face-mesh',
    'head-pose',
  ]);
});

const faults: Record<string, (manifest: ModelManifest) => void> = {
  'a file outside the directory': ({ models }) => {
    models[0]!.file = '../face-detector.onnx';
  },
  'a version range': ({ models }) => {
    models[0]!.source.version = '^1.0.0';
  },
  'a weak integrity': ({ models }) => {
    models[0]!.source.integrity = 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=';
  },
  'an unknown step': ({ models }) => {
    Object.assign(models[0]!.preparation[0]!, { step: 'quantise' });
  },
  'an unknown property': ({ models }) => {
    Object.assign(models[0]!, { sha512: '' });
  },
};
for (const [name, edit] of Object.entries(faults))
  t.test(`${name} is refused`, async (t) => {
    await t.rejects(loadModelManifest(await change(t, edit)), /is not a valid model manifest: \/models\/0/);
  });

t.test('a key named twice is refused', async (t) => {
  const path = await change(t, ({ models }) => {
    models[1]!.key = models[0]!.key;
  });
  await t.rejects(loadModelManifest(path), /face-detector appears twice/);
});

t.test('invalid JSON or a missing file is an error that names the file', async (t) => {
  const path = join(t.testdir({ 'manifest.json': '{' }), 'manifest.json');
  await t.rejects(loadModelManifest(path), { message: `${path} is not valid JSON` });
  await t.rejects(loadModelManifest(`${path}.gone`), /manifest\.json\.gone/);
});
