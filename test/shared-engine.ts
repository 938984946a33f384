import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { t as file } from 'tap';
import { type AnalysisOutcome, Engine, type EngineOptions } from '../src/analysis/engine.js';

const engines = new Map<string, Promise<Engine>>();

/**
 * Starts an engine, or answers the one that this test file started with the same options. It is closed with the file, whoever closes it
 * before. Where model packs are chosen, each call starts an engine of its own: the choice may have changed.
 */
export const shareEngine: typeof Engine.start = async ({ onWorkerLost, ...options }) => {
  if (options.packsDir && existsSync(join(options.packsDir, 'active.json')))
    return Engine.start({ ...options, ...(onWorkerLost ? { onWorkerLost } : {}) });
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

/** Like {@link shareEngine}, and each picture is analysed once per question: for files that send a few pictures hundreds of times. */
export const shareRememberingEngine: typeof Engine.start = async (options) => {
  const engine = await shareEngine(options);
  const outcomes = new Map<string, Promise<AnalysisOutcome>>();
  const analyze: Engine['analyze'] = async (bytes, maxFaces, _signal, want) => {
    const key = `${createHash('sha256').update(bytes).digest('hex')} ${maxFaces} ${JSON.stringify(want)}`;
    let outcome = outcomes.get(key);
    if (!outcome) {
      outcome = engine.analyze(bytes, maxFaces, undefined, want);
      outcomes.set(key, outcome);
    }
    return structuredClone(await outcome);
  };
  return Object.assign(Object.create(engine) as Engine, { analyze });
};
