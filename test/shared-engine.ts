import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { t as file } from 'tap';
import {
  type AnalysisEngine,
  type AnalysisOutcome,
  Engine,
  type EngineOptions,
  type EngineRequest,
} from '../src/analysis/engine.js';
import type { TimedFrame } from '../src/analysis/observe-sequence.js';
import { BusyError } from '../src/base/busy-error.js';
import { listFolders } from '../src/inference/packs/pack-folders.js';
import type { OpenEngine } from '../src/server/core-services.js';
import { rememberInRun } from './run-memory.js';

const engines = new Map<string, Promise<Engine>>();

/**
 * Opens an engine, or the one that this test file opened with the same options; each server has its own view of it. Where model packs are
 * chosen, each call starts an engine of its own: the choice may have changed.
 */
export const shareEngine: OpenEngine = async (options) =>
  hasPacks(options) ? Engine.start(options) : new EngineView(options, await startShared(options));

/**
 * As {@link shareEngine}, but a picture that was analysed before in this test run, with the same question, is not analysed again. The
 * models are loaded for the first picture that is new to the run. Everything else is as with a real engine: see {@link EngineView}.
 * Tests of load, deadlines and workers use {@link shareEngine}.
 */
export const shareRememberingEngine: OpenEngine = async (options) => {
  if (hasPacks(options)) return Engine.start(options);
  const question = `idle engine ${JSON.stringify(keyOf(options))}`;
  return new RememberingView(options, await rememberInRun(question, async () => describe(await startShared(options))));
};

/** What an engine says of itself while it has nothing to do. Data only. */
type IdleEngine = Pick<Engine, 'provider' | 'adapter' | 'livenessModels' | 'recognition' | 'state'>;

const describe = ({ provider, adapter, livenessModels, recognition, state }: Engine): IdleEngine => {
  return { provider, adapter, livenessModels, recognition, state };
};

/** One server's view of an engine that the file's servers share. Closed, it refuses pictures, and the engine goes on for the others. */
class EngineView implements AnalysisEngine {
  readonly started = Promise.resolve();
  readonly provider: Engine['provider'];
  readonly adapter: Engine['adapter'];
  readonly livenessModels: string;
  readonly recognition: Engine['recognition'];
  #isClosed = false;

  /** @param facts the engine, or what is known of it while it has not been needed */
  constructor(
    protected readonly options: EngineOptions,
    protected facts: IdleEngine,
  ) {
    this.provider = facts.provider;
    this.adapter = facts.adapter;
    this.livenessModels = facts.livenessModels;
    this.recognition = facts.recognition;
  }

  get state(): Engine['state'] {
    return this.facts.state;
  }

  /** Every request may enter while no engine has been needed: nothing waits. */
  enter(owner: string): () => void {
    return this.facts instanceof Engine ? this.facts.enter(owner) : () => {};
  }

  async analyze(request: EngineRequest): Promise<AnalysisOutcome> {
    if (this.#isClosed) throw new BusyError('closed', 1);
    if (request.signal?.aborted) throw new BusyError('cancelled', 1);
    const { bytes, sequence, ...want } = request;
    const takeFrame = (frame: TimedFrame): TimedFrame => ({ ...frame, bytes: takeOver(frame.bytes) });
    const taken = sequence && {
      at: sequence.at,
      earlier: sequence.earlier.map(takeFrame),
      ...(sequence.approach ? { approach: sequence.approach.map(takeFrame) } : {}),
    };
    return this.look({ ...want, bytes: takeOver(bytes), ...(taken ? { sequence: taken } : {}) });
  }

  protected async look(request: EngineRequest): Promise<AnalysisOutcome> {
    return (await startShared(this.options)).analyze(request);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}

/** Answers from the run's memory, and from the engine what is not there. */
class RememberingView extends EngineView {
  protected override async look(request: EngineRequest): Promise<AnalysisOutcome> {
    const { bytes, sequence, owner, lane, signal, ...want } = request;
    const picture = fingerprint(bytes);
    const list = (all: readonly TimedFrame[] = []) => all.map((frame) => [frame.at, fingerprint(frame.bytes)]);
    const frames = sequence && [sequence.at, list(sequence.earlier), list(sequence.approach)];
    // Neither the number of workers nor the length of the queue changes an outcome.
    const { modelsDir, fusionFile, provider, deadlineMs, maxPixels } = this.options;
    const question = JSON.stringify([modelsDir, fusionFile, provider, deadlineMs, maxPixels, picture, frames, want]);
    return rememberInRun(question, async () => {
      const engine = await startShared(this.options);
      this.facts = engine;
      return engine.analyze(request);
    });
  }
}

const fingerprint = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Moves the picture out of its owner's reach at once, as the engine does on its way to a worker. */
function takeOver(bytes: Uint8Array): Uint8Array {
  const { buffer, byteLength } = bytes;
  // The engine copies what shares its memory with other buffers.
  if (!(buffer instanceof ArrayBuffer) || byteLength !== buffer.byteLength) return Uint8Array.from(bytes);
  return new Uint8Array(structuredClone(buffer, { transfer: [buffer] }));
}

function startShared(options: EngineOptions): Promise<Engine> {
  const key = JSON.stringify(keyOf(options));
  let engine = engines.get(key);
  if (!engine) {
    const started = Engine.start(options);
    engine = started;
    engines.set(key, engine);
    file.teardown(async () => (await started).close());
  }
  return engine;
}

/** The options that decide what an engine answers, and when. */
const keyOf = ({ packsDir, packs, onWorkerLost, onMoved, onProblem, ...options }: EngineOptions): Partial<EngineOptions> =>
  options;

const hasPacks = ({ packsDir, packs }: EngineOptions): boolean =>
  packs !== undefined ||
  (packsDir !== undefined && listFolders(packsDir).some((folder) => existsSync(join(folder, 'active.json'))));
