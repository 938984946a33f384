import type { Command } from 'commander';
import { findModelManifest, findModelsDir, readVersion } from '../base/installation.js';
import { loadConfig } from '../config/load.js';
import { loadModelManifest } from '../inference/prepare/manifest.js';
import { prepareModels } from '../inference/prepare/prepare-models.js';
import { endAtOnce } from '../platform/end-at-once.js';
import { showProgress } from './show-progress.js';

/** Milliseconds that a stop may take before the process ends all the same. */
const stopLimitMs = 30_000;

/** `triface serve`: prepares the models where they are missing, then serves until SIGTERM or SIGINT. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('prepare the models if need be, and serve')
    .action(async () => {
      const config = loadConfig(process.env);
      const modelsDir = findModelsDir(config.TRIFACE_MODELS_DIR);
      await prepareModels({ modelsDir, manifest: await loadModelManifest(findModelManifest()), onProgress: showProgress() });
      // here, so that the other commands start without loading the server
      const { startServer } = await import('../main.js');
      const server = await startServer(config, { modelsDir, version: readVersion(), announce: (text) => console.error(text) });
      console.error(`Triface is ready at ${server.url}`);
      const stop = (): void => {
        setTimeout(endAtOnce, stopLimitMs).unref();
        void server.stop().then(() => process.exit(0));
      };
      process.once('SIGTERM', stop);
      process.once('SIGINT', stop);
    });
}
