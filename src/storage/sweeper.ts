/** Settings of a sweeper. */
export interface SweeperOptions {
  /** deletes what has expired; the signal stops it between two batches */
  readonly sweep: (signal: AbortSignal) => Promise<unknown>;
  /** called when a sweep fails; sweeping continues */
  readonly onError: (error: unknown) => void;
  /** milliseconds between two sweeps (default ten minutes) */
  readonly intervalMs?: number;
}

/** A running sweeper. */
export interface Sweeper {
  /** Stops sweeping; resolves when no sweep is running. Call before closing the store. */
  stop(): Promise<void>;
}

/** Sweeps at once and then periodically, one sweep at a time. Does not keep the process alive. */
export function startSweeper({ sweep, onError, intervalMs = 600_000 }: SweeperOptions): Sweeper {
  const stopping = new AbortController();
  let sweeping: Promise<void> | undefined;
  const run = async () => {
    try {
      await sweep(stopping.signal);
    } catch (error) {
      onError(error);
    }
  };
  const start = () => {
    sweeping ??= run().finally(() => {
      sweeping = undefined;
    });
  };
  start();
  const timer = setInterval(start, intervalMs).unref();
  return {
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await sweeping;
    },
  };
}
