import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { findInstallation } from '../../src/base/installation.js';
import { loadConfig } from '../../src/config/load.js';
import { finishLimitMs, stopLimitMs } from '../../src/server/stop-limits.js';
import { readLog } from '../app/served.js';
import { temporaryDirectory } from '../helper.js';
import { skipWithoutNamespaces as skip, startAsProcessOne } from './process-one.js';

const cli = join(findInstallation(), 'dist/src/cli.js');
const ended = [0, 143];
const environment = { HOST: '127.0.0.1', PORT: '0', WORKERS: '2', INFERENCE_PROVIDER: 'cpu', TRIFACE_STOP_DELAY_MS: '0' };

test('as process 1, signals end each step of a start, and the same data folder starts again', { skip }, async (t) => {
  const DATA_DIR = temporaryDirectory(t);
  /** Sends a signal when the log has a line. @returns the last message */
  const stopAt = async (step: string, signals: readonly NodeJS.Signals[]): Promise<string | undefined> => {
    const server = startAsProcessOne(t, [cli, 'serve'], { ...environment, DATA_DIR });
    let log = '';
    let isSent = false;
    server.child.stdout.setEncoding('utf8').on('data', async (text: string) => {
      log += text;
      if (isSent || !log.includes(`"msg":"${step}`)) return;
      isSent = true;
      for (const signal of signals) await server.signal(signal);
    });
    const code = await server.ended;
    t.ok(ended.includes(code as number), `${signals} at “${step}”: ${code}`);
    t.ok(isSent);
    return readLog(log).at(-1)?.msg;
  };
  const early = 'stopped before the start was complete';
  t.equal(await stopAt('starting', ['SIGTERM']), early);
  t.equal(await stopAt('opening the database', ['SIGHUP']), early);
  t.equal(await stopAt('reading the keys', ['SIGINT']), early);
  await stopAt('reading the keys', ['SIGTERM', 'SIGTERM']);
  t.equal(await stopAt('loading the models', ['SIGTERM']), early);
  await stopAt('loading the models', ['SIGTERM', 'SIGTERM']);
  t.equal(await stopAt('ready', ['SIGTERM']), 'stopped');
});

test('as process 1, other commands end on signals, too', { skip }, async (t) => {
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
    // It waits for the password.
    const command = startAsProcessOne(t, [cli, 'user', 'add', 'anna'], { DATA_DIR: temporaryDirectory(t) });
    let isRunning = true;
    const code = command.ended.finally(() => {
      isRunning = false;
    });
    // Those that come before JavaScript runs are lost.
    for (; isRunning; await sleep(50)) await command.signal(signal).catch(() => {});
    t.equal(await code, 143, signal);
  }
});

test('the last resort comes after the deadline of each request, and with the defaults before the 30 s of an orchestrator', async (t) => {
  const { TRIFACE_STOP_DELAY_MS, ...defaults } = loadConfig({});
  t.ok(TRIFACE_STOP_DELAY_MS + stopLimitMs(defaults) <= 25_000);
  for (const TRIFACE_DEADLINE_MS of [100, 10_000, 120_000]) {
    t.ok(finishLimitMs({ TRIFACE_DEADLINE_MS }) > TRIFACE_DEADLINE_MS);
    t.ok(stopLimitMs({ TRIFACE_DEADLINE_MS }) > finishLimitMs({ TRIFACE_DEADLINE_MS }));
    // docs/operations.md: the grace period to set
    t.ok(stopLimitMs({ TRIFACE_DEADLINE_MS }) <= TRIFACE_DEADLINE_MS + 10_000);
  }
});
