import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { t as file } from 'tap';
import { type AnalysisOutcome, Engine, type EngineOptions } from '../src/analysis/engine.js';
import { rememberInRun } from './run-memory.js';

const engines = new Map<string, Promise<Engine>>();

/**
 * Starts an engine, or answers the one that this test file started with the same options. It is closed with the file, whoever closes it
 * before. Where model packs are chosen, each call starts an engine of its own: the choice may have changed.
 */
export const shareEngine: typeof Engine.open = async ({ onWorkerLost, ...options }) => {
  if (hasPacks(options)) return Engine.start({ ...options, ...(onWorkerLost ? { onWorkerLost } : {}) });
  const { packsDir, ...shared } = options;
  const key = JSON.stringify(shared);
  let engine = engines.get(key);
  if (!engine) {
    engine = startKept(shared);
    engines.set(key, engine);
  }
  return engine;
};

async function startKept(options: EngineOptions): Promise<Engine> {
  const engine = await Engine.start(options);
  file.teardown(() => engine.close());
  return Object.assign(Object.create(engine) as Engine, { close: async () => {} });
}

/**
 * An engine that analyses each picture once per question and test run, whichever file asks. It loads the models when the first picture
 * comes that is new to the run, and counts as idle until then. Tests of load, deadlines and workers use {@link shareEngine}.
 */
export const shareRememberingEngine: typeof Engine.open = async (options) => {
  if (hasPacks(options)) return Engine.start(options);
  const { maxPixels, deadlineMs, provider, fusionFile, workers } = options;
  const start = (): Promise<Engine> => shareEngine(options);
  const about = JSON.stringify({ maxPixels, deadlineMs, provider, fusionFile });
  const facts = await rememberInRun(`engine ${about}`, async () => {
    const { provider, livenessModels, recognition } = await start();
    return { provider, livenessModels, recognition };
  });
  let engine: Engine | undefined;
  const analyze: Engine['analyze'] = (bytes, maxFaces, _signal, want) => {
    const picture = createHash('sha256').update(bytes).digest('hex');
    return rememberInRun<AnalysisOutcome>(`${about} ${picture} ${maxFaces} ${JSON.stringify(want)}`, async () => {
      engine = await start();
      return engine.analyze(bytes, maxFaces, undefined, want);
    });
  };
  const idle = { workers, ready: workers, running: 0, waiting: 0, replaced: 0 };
  const shared = {
    ...facts,
    started: Promise.resolve(),
    get state() {
      return engine?.state ?? idle;
    },
    analyze,
    close: async () => {},
  };
  return shared satisfies Pick<Engine, keyof Engine> as unknown as Engine;
};

const hasPacks = ({ packsDir, packs }: EngineOptions): boolean =>
  packs !== undefined || (packsDir !== undefined && existsSync(join(packsDir, 'active.json')));
