// Comes before the thread: it inherits the variable that this sets.
import '../../base/no-telemetry.js';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { runTimeout } from '../../base/run-clock.js';
import { WorkerThread } from '../../threads/worker-thread.js';
import { ProviderError } from '../provider-error.js';
import type { InferenceRequest, InferenceThreadData } from './protocol.js';

export interface InferenceHostOptions extends InferenceThreadData {
  /**
   * called when the thread has ended by itself: all ports are closed, and workers need new ones
   * @param wasReady whether it had opened the device
   */
  readonly onLost: (reason: string, wasReady: boolean) => void;
}

/** Milliseconds that the thread may take to end: until its batch has run. */
const stopMs = 15_000;

/** The host of the process. Two threads that use WebGPU at a time crash the process, so there is never a second one. */
let holder: InferenceHost | undefined;

/**
 * The main thread's side of the one thread that uses WebGPU. When that thread dies, another one is started for the next worker that
 * connects; the old one has ended by then.
 */
export class InferenceHost {
  readonly #options: InferenceHostOptions;
  #thread: WorkerThread<InferenceRequest, undefined> | undefined;
  #isClosed = false;

  /** resolves when the device works; rejects with ProviderError, and then nothing is left running */
  readonly started: Promise<void>;

  /** @throws ProviderError if this process has another one */
  constructor(options: InferenceHostOptions) {
    if (holder) throw new ProviderError('WebGPU is used by another engine of this process. Two at a time would crash it.');
    holder = this;
    this.#options = options;
    this.started = this.#start().started.catch((error: unknown) => {
      this.#release();
      throw new ProviderError(error instanceof Error ? error.message : String(error));
    });
    this.started.catch(() => {});
  }

  /** @returns a port for a worker's RemoteNetworks */
  connect(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    const thread = this.#thread ?? this.#start();
    // If the thread ends before it has answered, the port is closed, and the worker learns of it there.
    thread.ask({ port: port1 }, [port1]).catch(() => port1.close());
    return port2;
  }

  /**
   * Whether the thread answers within the time. It does not while a batch runs or a network is compiled; a driver may hang there for
   * ever.
   */
  async answers(withinMs: number): Promise<boolean> {
    let timer: ReturnType<typeof runTimeout> | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = runTimeout(() => resolve(false), withinMs, false);
    });
    // One that has ended is replaced, so it does not hang.
    const pong = (this.#thread?.ask('ping') ?? Promise.resolve()).then(
      () => true,
      () => true,
    );
    return Promise.race([pong, late]).finally(() => timer?.clear());
  }

  /** Lets the thread end. Call it when the workers have ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#thread) await this.#thread.stop(stopMs);
    else this.#release();
  }

  #start(): WorkerThread<InferenceRequest, undefined> {
    const { onLost, ...data } = this.#options;
    const thread: WorkerThread<InferenceRequest, undefined> = new WorkerThread<InferenceRequest, undefined>({
      name: 'inference',
      script: new URL('./inference-thread.js', import.meta.url),
      workerData: data satisfies InferenceThreadData,
      onEnd: (reason) => {
        this.#thread = undefined;
        if (this.#isClosed) this.#release();
        else onLost(reason, thread.hasStarted);
      },
    });
    this.#thread = thread;
    return thread;
  }

  /** Only once the thread has ended. One that hangs keeps its place: another one would crash the process. */
  #release(): void {
    if (holder === this) holder = undefined;
  }
}
