import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Engine, type EngineOptions } from '../src/analysis/engine.js';
import { BusyError } from '../src/base/busy-error.js';
import { loadConfig } from '../src/config/load.js';
import { startServer } from '../src/server/start-server.js';

// The server under test, in a separate process: `triface serve` with a monitor of its event loop.
// Messages: sends {url}; 'reset' resets the monitor, 'read' requests the delay in milliseconds, the CPU time so far in seconds and the
// resident memory in megabytes, 'stop' ends the server.
// DATA_DIR: an existing directory, which is kept. REFUSE=1: every picture is refused by its headers, as if the account had its share.
const given = process.env.DATA_DIR;
const dataDir = given ?? mkdtempSync(join(tmpdir(), 'triface-bench-'));
const config = loadConfig({
  HOST: '127.0.0.1',
  PORT: '0',
  DATA_DIR: dataDir,
  DATABASE_URL: process.env.DATABASE_URL ?? '',
  LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
  WORKERS: process.env.WORKERS ?? '0',
  ...(process.env.TRIFACE_MAX_IMAGE_BYTES ? { TRIFACE_MAX_IMAGE_BYTES: process.env.TRIFACE_MAX_IMAGE_BYTES } : {}),
  INFERENCE_PROVIDER: process.env.INFERENCE_PROVIDER ?? 'cpu',
  TRIFACE_ADMIN_USER: 'bench',
  TRIFACE_ADMIN_PASSWORD: 'bench bench bench',
});
const openEngine = async (options: EngineOptions) => {
  const engine = await Engine.open(options);
  const enter = () => {
    throw new BusyError('full', 1);
  };
  return process.env.REFUSE ? Object.assign(engine, { enter }) : engine;
};
const server = await startServer(config, { version: 'bench', announce: () => {}, openEngine });
const resolution = 1;
const watch = monitorEventLoopDelay({ resolution });
watch.enable();
process.on('message', async (message) => {
  if (message === 'reset') watch.reset();
  // The monitor's own timer is part of the measurement.
  if (message === 'read')
    process.send!({
      p50: watch.percentile(50) / 1e6 - resolution,
      p99: watch.percentile(99) / 1e6 - resolution,
      max: watch.max / 1e6 - resolution,
      cpuSeconds: cpuSeconds(),
      residentMb: process.memoryUsage().rss / 1e6,
    });
  if (message === 'stop') {
    await server.stop();
    if (given === undefined) rmSync(dataDir, { recursive: true, force: true });
    process.exit(0);
  }
});
// A bench that was killed leaves no server behind.
process.on('disconnect', () => process.exit(1));

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

process.send!({ url: server.url });
