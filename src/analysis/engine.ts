import { BusyError } from '../base/busy-error.js';
import { FairShares } from '../base/fair-shares.js';
import { findLivenessFusion, findModelManifest, findMotionFusion } from '../base/installation.js';
// Loaded here for its effect, too: it blocks libvips' other loaders before a worker starts to decode.
import '../imaging/decode.js';
import type { DecodeFault, DecodeLimits } from '../imaging/decode.js';
import { estimateDecoding } from '../imaging/decode-cost.js';
import { ModelPlace, type WebgpuOptions, type WorkerPlace } from '../inference/model-place.js';
import { type ActivePacks, describeActive, readActivePacks } from '../inference/packs/active-packs.js';
import type { PackFolders } from '../inference/packs/pack-folders.js';
import { type PoolState, WorkerPool } from '../inference/pool.js';
import { loadModelManifest } from '../inference/prepare/manifest.js';
import type { Provider, ProviderWish } from '../inference/provider.js';
import type { Lane } from '../threads/lanes.js';
import { analysedSides } from './analysed-sides.js';
import { explainFailedStart } from './engine-start-error.js';
import { type LivenessFusion, loadLivenessFusion } from './liveness-fusion.js';
import type { AngleLimits } from './mesh-pose.js';
import { loadMotionFusion, type MotionFusion } from './motion-fusion.js';
import type { ImageObservation, Subject } from './observation.js';
import type { SequenceOf } from './observe-sequence.js';
import { ownFile, ownSequence } from './own-files.js';

/** A picture to analyse, or a sequence with times that ends with it, and what to measure. */
export interface AnalysisJob {
  /** the file as sent; its memory is moved to the worker and must not be used afterwards */
  readonly bytes: Uint8Array;
  /** number of faces to analyse in full, starting with the subject (default 1) */
  readonly maxFaces?: number;
  /** compute the embedding of each of them, too */
  readonly embedding?: boolean;
  /** which face is the subject, and comes first (default the largest) */
  readonly subject?: Subject;
  /** whether a verdict depends on the liveness score; if not, it is a rough one (default true) */
  readonly livenessDecides?: boolean;
  /** angles at which the answer changes, besides the presets' limits (default none) */
  readonly angleLimits?: AngleLimits;
  /** reduce the whole picture for a comparison of pictures, too */
  readonly imprint?: boolean;
  /** the frames before the picture, of which it is the last one. Their memory is moved to the worker as well */
  readonly sequence?: SequenceOf;
}

/** What the engine is asked to do. */
export interface EngineRequest extends AnalysisJob {
  /** id of the account for which it is done; accounts share the workers by run time (default '': no account, as for commands) */
  readonly owner?: string;
  /** default `interactive` */
  readonly lane?: Lane;
  /** aborted when the client has gone: drops the job while it waits */
  readonly signal?: AbortSignal;
}

/** What a worker is started with. */
export interface AnalysisWorkerData {
  readonly modelsDir: string;
  readonly place: WorkerPlace;
  readonly limits: DecodeLimits;
  readonly packs: ActivePacks;
  readonly fusion: LivenessFusion;
  readonly motionFusion: MotionFusion;
}

/** What a worker answers: an observation, or why there is none (`reason` is for the log). */
export type AnalysisOutcome =
  | { readonly observation: ImageObservation }
  | { readonly fault: DecodeFault; readonly reason: string };

export interface EngineOptions {
  readonly modelsDir: string;
  /** learned numbers of the liveness score (default: models/liveness-fusion.json of the installation) */
  readonly fusionFile?: string;
  /** where model packs and the choice among them are; absent: the shipped models alone */
  readonly packsDir?: PackFolders;
  /** these packs, regardless of the choice in `packsDir` */
  readonly packs?: ActivePacks;
  readonly provider: ProviderWish;
  readonly webgpu?: WebgpuOptions;
  readonly workers: number;
  readonly queueLimit: number;
  readonly deadlineMs: number;
  readonly maxPixels: number;
  readonly onWorkerLost?: (reason: string) => void;
  /** called when the GPU was lost, or models run elsewhere now, and all workers are being replaced */
  readonly onMoved?: (reason: string) => void;
  /** called when models run on the CPU instead of a GPU, or can run nowhere */
  readonly onProblem?: (problem: string) => void;
}

/** Estimated milliseconds for the models on one picture, of which one face is analysed. */
const inferenceMs = 50;
/** Estimated milliseconds from which on a picture is heavy: such pictures never occupy all workers. */
const heavyMs = 400;

/** The inference core as the other modules see it: picture bytes in, an outcome out. It never blocks the event loop. */
export class Engine {
  readonly #places: FairShares;

  private constructor(
    places: number,
    private readonly pool: WorkerPool<AnalysisJob, AnalysisOutcome>,
    private readonly place: ModelPlace,
    /** the models behind the liveness score and their weights: `shipped`, or `shipped*1 name@version*0.5` */
    readonly livenessModels: string,
    /** what makes embeddings */
    readonly recognition: RecognitionModel,
    /**
     * resolves when a worker is ready; rejects with PackError, ProviderError or EngineStartError, and then nothing is left
     * running
     */
    readonly started: Promise<void>,
  ) {
    this.#places = new FairShares(places);
    this.started.catch(() => {});
  }

  /** Opens an engine and waits until it has started. @throws ProviderError, PackError, EngineStartError */
  static async start(options: EngineOptions): Promise<Engine> {
    const engine = await Engine.open(options);
    await engine.started;
    return engine;
  }

  /**
   * Begins to load the models into the workers, each of which then runs a picture through them. Pictures that come before wait.
   * @throws ProviderError or PackError
   */
  static async open(options: EngineOptions): Promise<Engine> {
    const packs: ActivePacks =
      options.packs ?? (options.packsDir ? await readActivePacks(options.packsDir) : { shippedWeight: 1, packs: [] });
    const limits: DecodeLimits = {
      maxPixels: options.maxPixels,
      ...analysedSides,
      timeoutSeconds: Math.max(1, Math.ceil(options.deadlineMs / 1000)),
    };
    const recognition = await describeRecognition(packs);
    const { onWorkerLost, onMoved, onProblem, deadlineMs, webgpu } = options;
    const place = await ModelPlace.open({
      ...{ wish: options.provider, deadlineMs, ...(webgpu && { webgpu }), ...(onProblem && { onProblem }) },
      onMoved: (reason) => {
        onMoved?.(reason);
        pool.replaceWorkers();
      },
    });
    const pool = new WorkerPool<AnalysisJob, AnalysisOutcome>({
      script: new URL('./analysis-worker.js', import.meta.url),
      workerData: {
        modelsDir: options.modelsDir,
        limits,
        packs,
        fusion: loadLivenessFusion(options.fusionFile ?? findLivenessFusion()),
        motionFusion: loadMotionFusion(findMotionFusion()),
      } satisfies Omit<AnalysisWorkerData, 'place'>,
      equip: () => {
        const workerPlace = place.connect();
        return { data: { place: workerPlace }, ports: typeof workerPlace === 'string' ? [] : [workerPlace] };
      },
      size: options.workers,
      queueLimit: options.queueLimit,
      deadlineMs,
      onWorkerLost: (reason) => {
        onWorkerLost?.(reason);
        place.inspect();
      },
      mayTryAgain: (error) => place.mayTryAgain(error),
    });
    const started = pool.started.catch(async (error: unknown) => {
      await place.close();
      throw explainFailedStart(error);
    });
    return new Engine(options.queueLimit + options.workers, pool, place, describeActive(packs), recognition, started);
  }

  get state(): PoolState {
    return this.pool.state;
  }

  /** where the models run; with WebGPU this may change to the CPU */
  get provider(): Provider {
    return this.place.provider;
  }

  /** name of the GPU, or of the program in its place; known with WebGPU only */
  get adapter(): string | undefined {
    return this.place.adapter;
  }

  /**
   * Takes a place for a request that will bring a picture, before its body is read. There are as many places as pictures can wait and
   * run; an account that holds its share of them is refused (see FairShares).
   * @param owner id of the account
   * @returns gives the place back
   * @throws BusyError
   */
  enter(owner: string): () => void {
    const place = this.#places.take(owner, 1);
    if (!place) throw new BusyError('full', this.pool.retryAfterSeconds(owner, this.#places.heldBy(owner)));
    return () => place.release();
  }

  /**
   * Analyses one picture, or a sequence in one job.
   * @throws BusyError (reason `slow`: this picture takes too long), WorkerFailedError
   */
  analyze({ bytes, sequence, owner, lane, signal, ...job }: EngineRequest): Promise<AnalysisOutcome> {
    const picture = ownFile(bytes);
    const owned = sequence && ownSequence(sequence);
    const files = [picture, ...[...(owned?.earlier ?? []), ...(owned?.approach ?? [])].map((frame) => frame.bytes)];
    const cost = files.reduce((sum, file) => sum + estimateDecoding(file) + inferenceMs, 0);
    return this.pool.run(
      { ...job, bytes: picture, ...(owned ? { sequence: owned } : {}) },
      files.map(({ buffer }) => buffer),
      {
        cost,
        isHeavy: cost >= heavyMs,
        ...(owner === undefined ? {} : { owner }),
        ...(lane ? { lane } : {}),
        ...(signal ? { signal } : {}),
      },
    );
  }

  async close(): Promise<void> {
    await this.pool.close();
    await this.place.close();
  }
}

/** An engine as its users see it. */
export type AnalysisEngine = Pick<Engine, keyof Engine>;

/** A model that makes embeddings. */
export interface RecognitionModel {
  /** embeddings of models by another name do not compare */
  readonly name: string;
  /** numbers in an embedding */
  readonly length: number;
  /** cosine from which on two faces are one person's, if the model says so; else the policy's default holds */
  readonly threshold?: number;
}

/** The pack in use; or the shipped model, named by what its file must be. */
async function describeRecognition({ recognition }: ActivePacks): Promise<RecognitionModel> {
  if (recognition) {
    const { networks, comparison } = recognition.description;
    return { name: recognition.id, length: networks[0]!.output.length, threshold: comparison.threshold };
  }
  const { models } = await loadModelManifest(findModelManifest());
  return { name: `shipped-${models.find(({ key }) => key === 'face-embedding')!.sha256.slice(0, 12)}`, length: 512 };
}
