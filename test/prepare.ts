import { findModelManifest, findModelsDir } from '../src/base/installation.js';
import { showProgress } from '../src/commands/show-progress.js';
import { loadModelManifest } from '../src/inference/prepare/manifest.js';
import { prepareModels } from '../src/inference/prepare/prepare-models.js';
import { prepareFixtures } from './fixtures/fixtures.js';
import { forgetEndedRuns } from './run-memory.js';

// Run by `npm test` before the tests: the models and the photographs, from pinned npm tarballs.
await prepareModels({
  modelsDir: findModelsDir(),
  manifest: await loadModelManifest(findModelManifest()),
  onProgress: showProgress(),
});
await prepareFixtures();
forgetEndedRuns();
