import type { MessagePort } from 'node:worker_threads';
import { type Choice, chooseProvider, type Fallback, type Provider, type ProviderWish } from './provider.js';
import { InferenceHost } from './webgpu/inference-host.js';

/** How WebGPU is used. */
export interface WebgpuOptions {
  /** what to do without a usable GPU if it is asked for by name (default `none`) */
  readonly fallback?: Fallback;
  /** the largest number of inputs that run at once (default 8) */
  readonly batch?: number;
  /** milliseconds that an input may wait for others (default 0) */
  readonly delayMs?: number;
}

export interface ModelPlaceOptions {
  readonly wish: ProviderWish;
  readonly webgpu?: WebgpuOptions;
  /** milliseconds after which the GPU's queue refuses a run, and after which a GPU that does not answer counts as hung */
  readonly deadlineMs: number;
  /** called when the workers must be replaced: the device was lost, or models run elsewhere now. The reason is for the log */
  readonly onMoved?: (reason: string) => void;
  /** called when models run on the CPU instead of a GPU, or can run nowhere; for the log */
  readonly onProblem?: (problem: string) => void;
}

/** What a worker is given to open sessions with; see RemoteNetworks for the port. */
export type WorkerPlace = 'cpu' | 'cuda' | MessagePort;

/**
 * Where the models of this process run, and what the workers need for it. It changes only from WebGPU to the CPU, and only where the
 * operator allows that.
 */
export class ModelPlace {
  #choice: Choice;
  #host: InferenceHost | undefined;

  private constructor(
    choice: Choice,
    private readonly options: ModelPlaceOptions,
  ) {
    this.#choice = choice;
  }

  /** Chooses a place and, with WebGPU, starts its thread. @throws ProviderError */
  static async open(options: ModelPlaceOptions): Promise<ModelPlace> {
    const place = new ModelPlace(await chooseProvider(options.wish, options.webgpu?.fallback), options);
    if (place.provider === 'webgpu') await place.#startHost();
    else if (place.#choice.reason) options.onProblem?.(`the models run on the CPU: ${place.#choice.reason}`);
    return place;
  }

  get provider(): Provider {
    return this.#choice.provider;
  }

  /** name of the GPU, or of the program in its place; known with WebGPU only */
  get adapter(): string | undefined {
    return this.#choice.adapter?.name;
  }

  /** @returns what one worker opens its sessions with. A port must be transferred to it. */
  connect(): WorkerPlace {
    return this.provider === 'webgpu' ? this.#host!.connect() : (this.provider as 'cpu' | 'cuda');
  }

  /**
   * Goes over to the CPU if that is allowed.
   * @param error with which the models could not be loaded
   * @returns whether it is worth trying again
   */
  mayTryAgain(error: unknown): boolean {
    const isOfProvider = error instanceof Error && ('thrown' in error ? error.thrown : error.name) === 'ProviderError';
    return isOfProvider && this.#fallBack((error as Error).message);
  }

  /** Finds out whether the GPU hangs, after a worker did not answer in time. Its thread cannot be ended, and so not replaced. */
  async inspect(): Promise<void> {
    const { deadlineMs, onMoved, onProblem } = this.options;
    if (!this.#host || this.provider !== 'webgpu' || (await this.#host.answers(deadlineMs))) return;
    const reason = `the GPU has not answered for ${deadlineMs} ms`;
    if (this.#fallBack(reason)) onMoved?.(reason);
    else onProblem?.(`${reason}, and a driver that hangs cannot be left: restart the server`);
  }

  /** Call it when the workers have ended. */
  async close(): Promise<void> {
    await this.#host?.close();
  }

  async #startHost(): Promise<void> {
    const { webgpu: { batch = 8, delayMs = 0 } = {}, deadlineMs } = this.options;
    let isOpen = false;
    this.#host = new InferenceHost({
      ...{ batch, delayMs, deadlineMs },
      onLost: (reason, wasReady) => {
        if (!isOpen) return;
        if (wasReady || this.#fallBack(reason)) this.options.onMoved?.(reason);
        else this.options.onProblem?.(`the GPU cannot be opened again: ${reason}`);
      },
    });
    try {
      await this.#host.started;
      isOpen = true;
    } catch (error) {
      if (!this.mayTryAgain(error)) throw error;
    }
  }

  #fallBack(reason: string): boolean {
    const { wish, webgpu, onProblem } = this.options;
    if (this.provider !== 'webgpu' || (wish === 'webgpu' && webgpu?.fallback !== 'cpu')) return false;
    this.#choice = { provider: 'cpu', reason };
    onProblem?.(`the models run on the CPU from now on: ${reason}`);
    return true;
  }
}
