import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { canEndAtOnce, endAtOnce } from '../base/end-at-once.js';
import { findInstallation, findModelManifest, readVersion } from '../base/installation.js';
import { type StopSignal, stopSignals } from '../base/stop-signals.js';
import { loadConfig } from '../config/load.js';
import { loadModelManifest } from '../inference/prepare/manifest.js';
import { verifyModels } from '../inference/prepare/verify-models.js';
import { logFatal } from '../platform/request-log.js';
import { describeReady } from '../server/ready-message.js';
import type { RunningServer } from '../server/start-server.js';
import { startLimitMs, stopLimitMs } from '../server/stop-limits.js';
import { findCaptureSite } from '../web/bundle/asset-names.js';
import { openServeOutput, type ServeOutput } from './serve-output.js';

/** `triface serve`: prepares missing models, then serves until SIGTERM, SIGHUP or SIGINT. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .configureOutput({
      outputError: (text, write) => (process.stderr.isTTY ? write(text) : logFatal(text.replace(/^error: /, '').trim())),
    })
    .action(serve);
}

async function serve(): Promise<void> {
  // Before anything that takes time.
  const interrupt = new AbortController();
  let onSignal = (_name: StopSignal): void => endDuringStart(interrupt);
  for (const name of stopSignals) process.on(name, () => onSignal(name));
  const output = openServeOutput(process.env.LOG_LEVEL);
  const { log, announce } = output;
  const version = readVersion();
  log?.info({ version, node: process.version }, 'starting');
  const config = loadConfig(process.env);
  // Only now, so that an invalid configuration is reported without loading the server.
  const { startServer } = await import('../server/start-server.js');
  const { signal } = interrupt;
  const prepare = () => prepareModels(config.TRIFACE_MODELS_DIR, output, signal);
  const server = await startServer(config, { version, announce, prepareModels: prepare, signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  if (!server || signal.aborted) {
    announce('Stopped before the start was complete');
    await server?.stop();
    process.exit(0);
  }
  // Somebody at a terminal waits for the end after Ctrl-C, and no load balancer does. A second signal ends the delay.
  onSignal = (name) => stop(server, name === 'SIGINT' ? 0 : config.TRIFACE_STOP_DELAY_MS, stopLimitMs(config), output);
  const { url, isReady } = server;
  const hasDocs = existsSync(join(findInstallation(), 'docs', 'operations.md'));
  announce(describeReady({ version, url, isReady, hasCapturePage: existsSync(findCaptureSite()), hasDocs }), 'terminal');
}

/**
 * Ends the start at its next safe point. A second signal, or the limit, ends the process: `process.exit` would crash it while threads
 * load models.
 */
function endDuringStart(interrupt: AbortController): void {
  if (!interrupt.signal.aborted) {
    interrupt.abort();
    setTimeout(endAtOnce, startLimitMs).unref();
  } else if (canEndAtOnce) endAtOnce();
}

/** @param limitMs after the delay; then the process is ended anyway */
function stop(server: RunningServer, delayMs: number, limitMs: number, { log, announce }: ServeOutput): void {
  announce('Stopping: finishing the requests in progress…', 'terminal');
  log?.info({ delayMs, limitMs: delayMs + limitMs }, 'stopping: finishing the requests in progress');
  setTimeout(() => {
    log?.error('the stop takes too long: ending the process');
    endAtOnce();
  }, delayMs + limitMs).unref();
  void server.stop(delayMs).then(() => {
    log?.info('stopped');
    process.exit(0);
  });
}

/** Prepares the models that are missing or broken. What that takes (npm, the converter) is loaded only then. */
async function prepareModels(modelsDir: string, { announce, showProgress }: ServeOutput, signal: AbortSignal): Promise<void> {
  const where = { modelsDir, manifest: await loadModelManifest(findModelManifest()) };
  const checks = await verifyModels(where);
  if (checks.every(({ state }) => state === 'ok')) return;
  announce(`Preparing the models in ${modelsDir} (on first start only)…`);
  const { prepareModels } = await import('../inference/prepare/prepare-models.js');
  await prepareModels({ ...where, onProgress: showProgress, signal });
}
