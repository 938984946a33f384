/** A part of the server with its own start and stop. `Running` is what the other parts use of it. */
export interface Service<Running = void> {
  start(): Promise<Running> | Running;
  /** Resolves when nothing of it runs any more. */
  stop?(running: Running): Promise<void> | void;
}

/** The running parts of a server. */
export class Services {
  readonly #stops: (() => Promise<void> | void)[] = [];
  #stopping: Promise<void> | undefined;

  /** @param signal aborted when no further service may be started */
  constructor(private readonly signal?: AbortSignal) {}

  /** Starts a service. @throws the error of its start, or the signal's reason */
  async start<Running>(service: Service<Running>): Promise<Running> {
    this.signal?.throwIfAborted();
    const running = await service.start();
    this.#stops.push(() => service.stop?.(running));
    return running;
  }

  /** Stops the services in the reverse order of their start. A second call waits for the first. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    for (const stop of this.#stops.reverse()) await stop();
  }
}

/**
 * Waits for tasks that run side by side until each has ended, so that everything they opened can be closed when one fails.
 * @throws the error of the first in the list that failed
 */
export async function allSettled<Tasks extends readonly unknown[]>(
  tasks: readonly [...Tasks],
): Promise<{
  -readonly [Index in keyof Tasks]: Awaited<Tasks[Index]>;
}> {
  for (const result of await Promise.allSettled(tasks)) if (result.status === 'rejected') throw result.reason;
  return Promise.all(tasks);
}
